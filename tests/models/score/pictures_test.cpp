#include "models/score/pictures.h"

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"

namespace gradzoo {

TEST_CASE("raw and denoised rows take turns, cut to the range of pixels") {
  const DataShape shape{.example = {2, 2}};
  const Tensor raw = full({20, 4}, 2.0), denoised = full({20, 4}, 0.25);
  const Picture picture = score_raw_and_denoised({raw, denoised}, shape);
  const Tensor& pixels = std::get<ImageGrid>(picture.content).pixels;
  REQUIRE(pixels.shape() == Shape{40, 2, 2});
  for (int64_t row = 0; row < 4; ++row)
    CHECK(pixels.rows(10 * row, 10 * row + 10).to_vector() ==
          std::vector<double>(40, row % 2 == 0 ? 1.0 : 0.25));
}

TEST_CASE("in the plane an energy shows its density, a field its samples alone, both their score") {
  Rng rng(1, "score_test");
  const std::shared_ptr<const Toy> ring = make_toy("ring8");
  const Tensor samples = zeros({5, 2});
  const ScoreNetwork energy({.hidden = {4}, .confinement = 1}, rng),
      field({.is_energy = false, .hidden = {4}}, rng);
  const auto planes = [](const Picture& picture) { return std::get<Planes>(picture.content).planes.size(); };
  CHECK(planes(score_toy_snapshot(energy, {}, *ring, samples)) == 3);
  CHECK(planes(score_toy_snapshot(field, {}, *ring, samples)) == 1);
  for (const ScoreNetwork* network : {&energy, &field}) {
    const std::vector<Picture> pictures = score_plane_pictures(*network, {}, *ring);
    REQUIRE(pictures.size() == 1);
    CHECK(planes(pictures[0]) == 2);
  }
}

}  // namespace gradzoo
