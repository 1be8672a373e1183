#include "gradzoo/datasets/images/resample.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/random.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

std::vector<int> resampled(const std::vector<uint8_t>& image, int64_t height, int64_t width, int64_t side,
                           int64_t channels = 1) {
  std::vector<uint8_t> out(static_cast<size_t>(side * side * channels));
  crop_and_resample(image.data(), height, width, channels, side, out.data());
  return {out.begin(), out.end()};
}

}  // namespace

TEST_CASE("A new pixel is the mean over its area, and parts of old pixels count by their share") {
  CHECK(resampled({10, 20, 30, 41}, 2, 2, 1) == std::vector<int>{25});
  CHECK(resampled({0, 90, 30, 0, 90, 30, 0, 90, 30}, 3, 3, 2) == std::vector<int>{30, 50, 30, 50});
  CHECK(resampled({10, 20, 30, 42}, 2, 2, 1) == std::vector<int>{26});  // of 25.5
  CHECK(resampled({7}, 1, 1, 3) == std::vector<int>(9, 7));
  CHECK(resampled({0, 100, 0, 100}, 2, 2, 3) == std::vector<int>{0, 50, 100, 0, 50, 100, 0, 50, 100});
  CHECK(resampled({1, 2, 3, 4}, 2, 2, 2) == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("The square in the middle is cut out, and channels stay apart") {
  CHECK(resampled({1, 2, 3, 4, 5, 6, 7, 8}, 2, 4, 2) == std::vector<int>{2, 3, 6, 7});
  CHECK(resampled({1, 2, 3, 4, 5, 6, 7, 8}, 4, 2, 2) == std::vector<int>{3, 4, 5, 6});
  CHECK(resampled({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 2, 5, 2) ==
        std::vector<int>{2, 3, 7, 8});  // of three, one
  CHECK(resampled({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 5, 2, 2) == std::vector<int>{3, 4, 5, 6});
  CHECK(resampled({1, 2, 3, 201, 202, 203, 1, 2, 3, 201, 202, 203}, 2, 2, 1, 3) ==
        std::vector<int>{101, 102, 103});
}

TEST_CASE("A constant image stays so, and whole factors keep the mean") {
  for (int64_t side : {1, 5, 7, 16, 31}) {
    const std::vector<int> out = resampled(std::vector<uint8_t>(13 * 17, 201), 13, 17, side);
    CHECK(out == std::vector<int>(static_cast<size_t>(side * side), 201));
  }
  std::vector<uint8_t> image(64 * 64);
  Rng rng(1, "resample_test");
  const std::vector<double> drawn = rand({64 * 64}, rng).to_vector();
  for (size_t i = 0; i < image.size(); ++i) image[i] = static_cast<uint8_t>(256 * drawn[i]);
  const std::vector<int> out = resampled(image, 64, 64, 8);
  const double before = std::accumulate(image.begin(), image.end(), 0.0) / 4096,
               after = std::accumulate(out.begin(), out.end(), 0.0) / 64;
  CHECK(std::abs(before - after) < 0.5);
}

TEST_CASE("Shapes that are not images are refused") {
  const auto bytes = [](const Shape& shape) { return zeros(shape, DType::u8); };
  CHECK(contains(error_message([&] {
                   to_grey(bytes({1, 2, 2}));
                 }),
                 "to_grey: images (1,2,2). Hint: (N, H, W, 3)"));
  CHECK(contains(error_message([&] { to_grey(bytes({1, 2, 2, 1})); }), "(N, H, W, 3)"));
  CHECK(contains(error_message([&] { is_grey(bytes({1, 2, 2})); }), "(N, H, W, 3)"));
  CHECK(contains(error_message([&] { to_rgb(bytes({1, 2, 2, 3})); }), "(N, H, W)"));
  CHECK(contains(error_message([&] { crop_and_resample(bytes({2, 2}), 1); }), "(N, H, W) or (N, H, W, C)"));
  CHECK(contains(error_message([&] { crop_and_resample(bytes({1, 2, 2}), 0); }), "to a side of 0"));
  CHECK(contains(error_message([&] { crop_and_resample(bytes({1, 0, 2}), 2); }), "(1,0,2)"));
}

TEST_CASE("Grey is luma, and its inverse on grey images") {
  Tensor images = empty({1, 1, 3, 3}, DType::u8);
  const uint8_t values[] = {255, 0, 0, 0, 255, 0, 9, 9, 9};
  std::copy_n(values, 9, images.mutable_data<uint8_t>());
  CHECK_FALSE(is_grey(images));
  CHECK(to_grey(images).to_vector() == std::vector<double>{76, 150, 9});
  CHECK(is_grey(to_rgb(to_grey(images))));
  CHECK(to_grey(to_rgb(to_grey(images))).to_vector() == to_grey(images).to_vector());
}

}  // namespace gradzoo
