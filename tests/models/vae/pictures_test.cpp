#include "models/vae/pictures.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "support/approx.h"

namespace gradzoo {
namespace {

TEST_CASE("The manifold lies as the map of codes does: z1 grows to the right, z2 upwards") {
  Rng rng(3, "vae_pictures_test");
  const VaeNetwork network({.data = {.example = {4}}, .latent = 2, .hidden = 5}, rng);
  ImageDataset set;
  set.train_images = zeros({24, 2, 2}, DType::u8);
  set.train_labels = zeros({24}, DType::u8);
  const Examples images = set.split(Split::train);
  const std::vector<Picture> pictures = vae_pictures(network, VaePrior(0, network.shape().latent, 0),
                                                     Pixels::grey, {.example = {2, 2}}, {images, images, 0});
  const auto found = std::ranges::find(pictures, "manifold", &Picture::name);
  REQUIRE(found != pictures.end());
  const ImageGrid& grid = std::get<ImageGrid>(found->content);
  const auto shown = grid.pixels.to_vector();
  // The normal distribution's quantile at 1/40, half a step of twenty.
  constexpr double kEnd = 1.959963984540054;
  const NoGrad quiet;
  const auto check = [&](int64_t place, double z1, double z2) {
    const std::vector<double> expected = sigmoid(network.decode(tensor({z1, z2}, {1, 2}))).to_vector();
    for (size_t i = 0; i < 4; ++i)
      CHECK(shown[static_cast<size_t>(place) * 4 + i] == approx(expected[i]).epsilon(1e-5));
  };
  check(0, -kEnd, kEnd);
  check(grid.columns - 1, kEnd, kEnd);
  check(grid.columns * (grid.columns - 1), -kEnd, -kEnd);
}

/// Twenty images of 2x3 pixels and three classes.
Examples some_images() {
  Rng rng(4, "vae_pictures_test");
  Examples images{cast(rand({20, 2, 3}, rng) * 255.0, DType::u8), zeros({20}, DType::u8),
                  arange(20, DType::i64)};
  for (int64_t i = 0; i < 20; ++i) images.labels.mutable_data<uint8_t>()[i] = static_cast<uint8_t>(i % 3);
  return images;
}

// The grid of that name, and a check of the image at a place.
struct Shown {
  Tensor pixels;
  Shown(const VaeNetwork& network, const DataShape& shape, const std::string& name) {
    const Examples images = some_images();
    const std::vector<Picture> pictures = vae_pictures(network, VaePrior(0, network.shape().latent, 0),
                                                       Pixels::grey, shape, {images, images, 0});
    const auto found = std::ranges::find(pictures, name, &Picture::name);
    REQUIRE(found != pictures.end());
    pixels = std::get<ImageGrid>(found->content).pixels;
  }
  void check(int64_t place, const Tensor& logits) const {
    const std::vector<double> got = pixels.rows(place, place + 1).to_vector(),
                              wanted = sigmoid(logits).to_vector();
    for (size_t i = 0; i < wanted.size(); ++i) CHECK(got[i] == approx(wanted[i]).epsilon(1e-5));
  }
};

TEST_CASE("each row of the interpolation goes in equal steps from the code of one image to the next one's") {
  Rng rng(5, "vae_pictures_test");
  const DataShape shape{.example = {2, 3}};
  const VaeNetwork network({.data = shape, .latent = 3, .hidden = 5}, rng);
  const Shown shown(network, shape, "interpolation");
  const NoGrad quiet;
  const Tensor codes = network.encode(read_examples(some_images(), 0, 20, Pixels::grey, Rng(0)).x).mean;
  for (int64_t row = 0; row < 8; ++row) {
    const Tensor a = codes.rows(2 * row, 2 * row + 1), b = codes.rows(2 * row + 1, 2 * row + 2);
    shown.check(10 * row, network.decode(a));
    shown.check(10 * row + 3, network.decode(a * (2.0 / 3) + b / 3.0));
    shown.check(10 * row + 9, network.decode(b));
  }
}

TEST_CASE("a conditional model shows each code under each label in turn") {
  Rng rng(6, "vae_pictures_test");
  const DataShape shape{.example = {2, 3}, .classes = 3};
  const VaeNetwork network({.data = shape, .classes = 3, .latent = 3, .hidden = 5}, rng);
  const Shown shown(network, shape, "under_each_label");
  const NoGrad quiet;
  const Batch batch = read_examples(some_images(), 0, 8, Pixels::grey, Rng(0));
  const Tensor codes = network.encode(batch.x, batch.labels).mean;
  for (int64_t row = 0; row < 8; ++row)
    for (int64_t label = 0; label < 3; ++label) {
      const Tensor told = full({1}, static_cast<double>(label), DType::i64);
      shown.check(3 * row + label, network.decode(codes.rows(row, row + 1), told));
    }
}

}  // namespace
}  // namespace gradzoo
