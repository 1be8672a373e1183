#include "datasets/images/variations.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include "datasets/images/picture_makers.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/base/error.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/scratch.h"

using namespace gradzoo;

namespace {

using Bytes = std::vector<uint8_t>;

Bytes turned(const Bytes& image, int64_t height, int64_t width, int64_t channels, double degrees) {
  Bytes out(image.size());
  turn_image(image.data(), height, width, channels, degrees * std::numbers::pi / 180, out.data());
  return out;
}

Tensor grey(int64_t n, int64_t height, int64_t width, uint8_t value) {
  Tensor images = empty({n, height, width}, DType::u8);
  std::fill_n(images.mutable_data<uint8_t>(), images.size(), value);
  return images;
}

ImageDataset images_of(Tensor train, Tensor test) {
  ImageDataset data;
  data.name = "made";
  data.train_images = std::move(train);
  data.test_images = std::move(test);
  return data;
}

Bytes bytes_of(const Tensor& images, int64_t begin, int64_t end) {
  const int64_t size = images.size() / images.dim(0);
  const uint8_t* const bytes = images.data<uint8_t>();
  return {bytes + begin * size, bytes + end * size};
}

}  // namespace

TEST_CASE("an image is turned about its middle, counter-clockwise") {
  const Bytes image{1, 2, 3, 4, 5, 6, 7, 8, 9};
  CHECK(turned(image, 3, 3, 1, 0) == image);
  CHECK(turned(image, 3, 3, 1, 90) == Bytes{3, 6, 9, 2, 5, 8, 1, 4, 7});
  CHECK(turned(image, 3, 3, 1, -90) == Bytes{7, 4, 1, 8, 5, 2, 9, 6, 3});
  CHECK(turned(image, 3, 3, 1, 180) == Bytes{9, 8, 7, 6, 5, 4, 3, 2, 1});
  const Bytes wide{1, 2, 3, 4, 5, 6, 7, 8};  // 2 x 4, and 2 x 2 of two channels
  CHECK(turned(wide, 2, 4, 1, 180) == Bytes{8, 7, 6, 5, 4, 3, 2, 1});
  CHECK(turned(wide, 2, 2, 2, 90) == Bytes{3, 4, 7, 8, 1, 2, 5, 6});
  // By half a right angle the middle stays; a corner is outside, and half a pixel's side is blended.
  const Bytes plus{0, 100, 0, 100, 200, 100, 0, 100, 0};
  const Bytes half = turned(plus, 3, 3, 1, 45);
  CHECK(half[4] == 200);
  // (0, 1) came from (1 - 1/sqrt 2, 1 - 1/sqrt 2) of the old corner: t = 1/sqrt 2 - ... by bilinear blending.
  const double t = 1 - 1 / std::numbers::sqrt2;
  CHECK(half[1] == std::lround(2 * t * (1 - t) * 100 + t * t * 200));
}

TEST_CASE("angles are uniform within their bound, and an image's depends on its number alone") {
  // A point right of the middle shows the angle.
  constexpr int64_t kSide = 41, kImages = 400;
  Tensor images = grey(kImages, kSide, kSide, 0);
  for (int64_t i = 0; i < kImages; ++i) images.mutable_data<uint8_t>()[(i * kSide + 20) * kSide + 38] = 255;
  ImageDataset data = images_of(images, images.rows(0, 50).clone());
  ImageOptions options;
  options.rotate = 60;
  vary(data, options);
  std::vector<double> angles;
  for (int64_t i = 0; i < kImages; ++i) {
    const uint8_t* const image = data.train_images.data<uint8_t>() + i * kSide * kSide;
    double y = 0, x = 0, total = 0;
    for (int64_t k = 0; k < kSide * kSide; ++k) {
      total += image[k];
      y += image[k] * static_cast<double>(20 - k / kSide);
      x += image[k] * static_cast<double>(k % kSide - 20);
    }
    CHECK(std::hypot(x / total, y / total) == approx(18).epsilon(0.05));
    angles.push_back(std::atan2(y, x) * 180 / std::numbers::pi);
  }
  std::ranges::sort(angles);
  CHECK(angles.front() > -61.5);
  CHECK(angles.back() < 61.5);
  double farthest = 0;  // Kolmogorov and Smirnov: above 1.95 / sqrt n once in 1,000
  for (size_t i = 0; i < angles.size(); ++i)
    farthest = std::max(farthest, std::abs((angles[i] + 60) / 120 -
                                           (static_cast<double>(i) + 0.5) / static_cast<double>(kImages)));
  CHECK(farthest < 1.95 / std::sqrt(kImages) + 0.02);  // two hundredths: a pixel is 3 degrees wide
  // Fewer images are turned as they were among more; test images by draws of their own.
  ImageDataset fewer = images_of(images.rows(0, 30).clone(), images.rows(0, 50).clone());
  vary(fewer, options);
  CHECK(bytes_of(fewer.train_images, 0, 30) == bytes_of(data.train_images, 0, 30));
  CHECK(bytes_of(fewer.test_images, 0, 50) == bytes_of(data.test_images, 0, 50));
  CHECK(bytes_of(data.test_images, 0, 30) != bytes_of(data.train_images, 0, 30));
}

TEST_CASE("over noise, white ink hides as much as it is bright") {
  constexpr int64_t kImages = 200, kSize = 64;
  Tensor images =
      concat(cast(grey(kImages, 8, 8, 0), DType::f32), cast(grey(kImages, 8, 8, 255), DType::f32), 0);
  images = cast(concat(images, cast(grey(kImages, 8, 8, 100), DType::f32), 0), DType::u8);
  ImageDataset data = images_of(images, Tensor());
  ImageOptions options;
  options.background = "noise";
  vary(data, options);
  const Bytes black = bytes_of(data.train_images, 0, kImages),
              ink = bytes_of(data.train_images, kImages, 2 * kImages),
              dark = bytes_of(data.train_images, 2 * kImages, 3 * kImages);
  CHECK(std::ranges::all_of(ink, [](uint8_t byte) { return byte == 255; }));
  // Of uniform bytes: 12,800 of them lie in each sixteenth as a binomial does; 5 sigma of sixteen.
  std::vector<double> counts(16, 0.0);
  for (const uint8_t byte : black) counts[byte / 16] += 1;
  const double expected = kImages * kSize / 16.0;
  for (const double count : counts) CHECK(std::abs(count - expected) < 5 * std::sqrt(expected));
  CHECK(*std::ranges::min_element(black) == 0);
  CHECK(*std::ranges::max_element(black) == 255);
  CHECK(*std::ranges::min_element(dark) == 100);
  CHECK(*std::ranges::max_element(dark) == 255);
  double total = 0;
  for (const uint8_t byte : dark) total += byte;
  CHECK(total / (kImages * kSize) == approx(100 + 155 * 0.5).epsilon(0.01));
  CHECK(bytes_of(data.train_images, 0, 1) != bytes_of(data.train_images, 1, 2));
}

TEST_CASE("over pictures, a part of one is behind each image, and none that is of one grey") {
  const test::ScratchDirectory scratch;
  std::filesystem::create_directory(scratch.file("pictures"));
  // Four times as large as images of 4 x 4: left half white, right half a slope.
  Bytes bytes;
  for (int y = 0; y < 16; ++y)
    for (int x = 0; x < 16; ++x) bytes.push_back(static_cast<uint8_t>(x < 8 ? 255 : 16 * x + y));
  for (const char* name : {"a", "b", "c", "d", "e", "f"})
    test::write_below(scratch.file("pictures"), std::string(name) + ".png", test::png_file(16, 16, 1, bytes));
  ImageDataset data = images_of(grey(300, 4, 4, 0), Tensor());
  ImageOptions options;
  options.background = scratch.file("pictures");
  vary(data, options);
  std::set<Bytes> seen;
  for (int64_t i = 0; i < 300; ++i) {
    const Bytes part = bytes_of(data.train_images, i, i + 1);
    seen.insert(part);
    bool found = false;
    for (size_t top = 0; top <= 12; ++top)
      for (size_t left = 5; left <= 12; ++left) {  // what lies further left is white alone
        bool same = true;
        for (size_t k = 0; k < 16; ++k) same = same && part[k] == bytes[(top + k / 4) * 16 + left + k % 4];
        found = found || same;
      }
    CHECK(found);
  }
  CHECK(seen.size() > 60);  // of 104 places
}

TEST_CASE("images and their backgrounds in the test part are drawn apart from those in the training part") {
  const test::ScratchDirectory scratch;
  std::filesystem::create_directory(scratch.file("pictures"));
  Bytes bytes(64 * 64);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i * 2654435761u >> 13);
  for (const char* name : {"a", "b", "c", "d", "e", "f"})
    test::write_below(scratch.file("pictures"), std::string(name) + ".png", test::png_file(64, 64, 1, bytes));
  Tensor images = grey(50, 16, 16, 0);
  for (int64_t i = 0; i < 50; ++i) images.mutable_data<uint8_t>()[(i * 16 + 8) * 16 + 14] = 200;
  ImageOptions turned, noise, pictures;
  turned.rotate = 60;
  noise.background = "noise";
  pictures.background = scratch.file("pictures");
  for (const ImageOptions& options : {turned, noise, pictures}) {
    CAPTURE(options.background);
    ImageDataset data = images_of(images, images.clone());
    vary(data, options);
    // Of 49 x 49 places in a picture two images share one with a probability of 0.0004.
    int64_t alike = 0;
    for (int64_t i = 0; i < 50; ++i)
      alike += bytes_of(data.train_images, i, i + 1) == bytes_of(data.test_images, i, i + 1) ? 1 : 0;
    CHECK(alike < 5);
  }
}

TEST_CASE("a background that is a colour is one where a folder has its name, too") {
  const test::ScratchDirectory scratch;
  const std::filesystem::path before = std::filesystem::current_path();
  for (const char* name : {"white", "ff8000", "pictures"})
    std::filesystem::create_directory(scratch.file(name));
  std::filesystem::current_path(scratch.file(""));
  for (const char* colour : {"white", "black", "ff8000"})
    CHECK_FALSE(ImageOptions{.background = colour}.has_scene());
  for (const char* scene : {"noise", "pictures"}) CHECK(ImageOptions{.background = scene}.has_scene());
  CHECK_FALSE(ImageOptions{.background = "nothing"}.has_scene());
  std::filesystem::current_path(before);
}

TEST_CASE("backgrounds are refused behind colours, and words that are none") {
  ImageDataset data = images_of(empty({3, 4, 4, 3}, DType::u8), Tensor());
  ImageOptions options;
  options.background = "noise";
  CHECK(test::error_message([&] { vary(data, options); }) ==
        "background=noise needs grey images, and made has colours. Hint: use color=grey");
  options.background = "nois";
  CHECK(test::contains(
      test::error_message([&] { load_images("mnist", options); }),
      "background='nois' is not a colour. Hint: use white, black, six digits as in background=ff8000, "
      "noise, or a folder of pictures"));
}
