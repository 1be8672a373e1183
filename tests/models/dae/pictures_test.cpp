#include "models/dae/pictures.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/dataset.h"
#include "support/short_names.h"
#include "support/tensor_values.h"

namespace gradzoo {
using namespace test;
namespace {

Strings names_of(const std::vector<Picture>& pictures) {
  Strings names;
  names.reserve(pictures.size());
  for (const Picture& picture : pictures) names.push_back(picture.name);
  return names;
}

// Pictures of a denoiser that leaves everything as it is.
std::vector<Picture> pictures_of(const DataShape& shape, const Examples& examples, const TiedDenoiser* tied) {
  const int64_t d = shape.size();
  const DenoisedSamples samples{full({40, d}, 0.25), full({40, d}, 0.75)};
  const auto stays = [](const Tensor& x) { return x; };
  const auto bowl = [](const Tensor& x) { return sum(square(x) * -0.5, 1); };
  const auto noisy = [](const Tensor& x, Rng& rng) { return x + randn_like(x, rng) * 0.5; };
  const DataView data{.examples = examples, .train = examples, .seed = 1};
  return (shape.toy ? dae_plane_pictures : dae_image_pictures)(
      {stays, bowl, noisy, tied, "noise of sigma 0.5", 0.5, shape, samples}, data);
}

Examples images(int64_t n) {
  Tensor values = zeros({n, 2, 3}, DType::u8);
  std::fill_n(values.mutable_data<uint8_t>(), values.size(), uint8_t{51});
  return {values, {}, arange(n, DType::i64)};
}

TEST_CASE("images are shown noisy, denoised and as they were, row by row, and tied weights as filters") {
  Rng rng(1, "test");
  const TiedDenoiser tied(6, 7, 1, rng);
  const std::vector<Picture> pictures = pictures_of({.example = {2, 3}}, images(20), &tied);
  CHECK(names_of(pictures) == Strings{"denoising", "chains", "filters"});
  const auto& grid = std::get<ImageGrid>(pictures[0].content);
  CHECK(grid.pixels.shape() == Shape{60, 2, 3});
  CHECK(grid.row_captions == Strings{"noisy", "denoised", "original"});
  CHECK(same_bytes(grid.pixels.rows(0, 10), grid.pixels.rows(10, 20)));
  CHECK(max_error(grid.pixels.rows(20, 30), Doubles(60, 0.2)) < 1e-6);
  const auto& chains = std::get<ImageGrid>(pictures[1].content);
  CHECK(max_error(chains.pixels.rows(10, 20), Doubles(60, 0.75)) < 1e-6);
  // Weights over the row's largest, 0 grey.
  const Tensor w = tied.weight().detach(), largest = max(abs(w), 1, true);
  CHECK(max_error(std::get<ImageGrid>(pictures[2].content).pixels, ((w / largest + 1.0) * 0.5).to_vector()) <
        1e-6);
}

TEST_CASE("with fewer than ten images there is no row of them, and free weights have no filters") {
  CHECK(names_of(pictures_of({.example = {2, 3}}, images(9), nullptr)) == Strings{"chains"});
  CHECK(names_of(pictures_of({.example = {2, 3}}, images(10), nullptr)) == Strings{"denoising", "chains"});
}

TEST_CASE("a toy of the plane shows points and scores, and tied weights their density") {
  const Dataset ring("ring8");
  const Examples some = ring.split(Split::test);
  Rng rng(1, "test");
  const TiedDenoiser tied(2, 7, 1, rng);
  CHECK(names_of(pictures_of(ring.shape(), some, nullptr)) == Strings{"denoising", "chains", "score"});
  CHECK(names_of(pictures_of(ring.shape(), some, &tied)) ==
        Strings{"denoising", "chains", "score", "density"});
}

}  // namespace
}  // namespace gradzoo
