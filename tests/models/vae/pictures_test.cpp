#include "models/vae/pictures.h"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "autograd/tape.h"

namespace gradzoo {
namespace {

TEST_CASE("The manifold lies as the map of codes does: z1 grows to the right, z2 upwards") {
  Rng rng(3, "vae_pictures_test");
  const VaeNetwork network({.data = {.example = {4}}, .latent = 2, .hidden = 5}, rng);
  ImageDataset set;
  set.train_images = zeros({24, 2, 2}, DType::u8);
  set.train_labels = zeros({24}, DType::u8);
  const Examples images = set.split(Split::train);
  const std::vector<Picture> pictures =
      vae_pictures(network, Pixels::grey, {.example = {2, 2}}, {images, images, 0});
  const auto found = std::ranges::find(pictures, "manifold", &Picture::name);
  REQUIRE(found != pictures.end());
  const ImageGrid& grid = std::get<ImageGrid>(found->content);
  const auto shown = grid.pixels.to_vector();
  // The normal distribution's quantile at 1/40, half a step of twenty.
  constexpr double kEnd = 1.959963984540054;
  const NoGrad quiet;
  const auto check = [&](int64_t place, double z1, double z2) {
    const std::vector<double> expected = sigmoid(network.decode(tensor({z1, z2}, {1, 2}))).to_vector();
    for (size_t i = 0; i < 4; ++i) {
      CHECK(shown[static_cast<size_t>(place) * 4 + i] == doctest::Approx(expected[i]).epsilon(1e-5));
    }
  };
  check(0, -kEnd, kEnd);
  check(grid.columns - 1, kEnd, kEnd);
  check(grid.columns * (grid.columns - 1), -kEnd, -kEnd);
}

}  // namespace
}  // namespace gradzoo
