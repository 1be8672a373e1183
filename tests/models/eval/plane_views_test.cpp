#include "models/eval/plane_views.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"

namespace gradzoo {
namespace {

const Box kBox{{-2, -1}, {2, 3}};

TEST_CASE("a density's grid integrates to 1, rows are y and columns x") {
  // A narrow bump at (1, 0): right of the middle, in the lower half.
  const Plane plane = density_plane(
      "bump", kBox,
      [](const Tensor& x) {
        return (square(slice(x, 1, 0, 1) - 1.0) + square(slice(x, 1, 1, 2))).view({x.dim(0)}) * -20.0;
      },
      DType::f64, 40);
  CHECK(plane.density.shape() == Shape{40, 40});
  CHECK(sum(plane.density).item() * 16.0 / 1600 == doctest::Approx(1.0));
  const auto peak = static_cast<int64_t>(argmax(reshape(plane.density, {1600}), 0).item());
  const double y = -1 + 4.0 * (static_cast<double>(peak / 40) + 0.5) / 40;
  const double x = -2 + 4.0 * (static_cast<double>(peak % 40) + 0.5) / 40;
  CHECK(std::abs(x - 1) < 0.1);
  CHECK(std::abs(y) < 0.1);
}

TEST_CASE("points beyond the box are left out, and arrows start on a regular grid inside it") {
  const auto ring = make_toy("ring8");
  const Plane plane = samples_plane("samples", *ring, tensor({0, 0, 100, 0, 0.5, -0.5}, {3, 2}));
  CHECK(plane.points.to_vector() == std::vector<double>{0, 0, 0.5, -0.5});
  CHECK(plane.contours.defined());
  const Plane arrows = score_plane(
      "score", kBox, [](const Tensor& x) { return neg(x); }, DType::f64, 4);
  CHECK(arrows.arrow_tails.shape() == Shape{16, 2});
  CHECK(arrows.arrows.to_vector() == neg(arrows.arrow_tails).to_vector());
}

TEST_CASE("a box of one dimension makes no plane") {
  CHECK_THROWS_AS(density_plane("line", {{-1}, {1}}, [](const Tensor& x) { return sum(x, 1); }), Error);
}

}  // namespace
}  // namespace gradzoo
