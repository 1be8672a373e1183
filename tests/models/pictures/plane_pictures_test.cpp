#include "gradzoo/models/pictures/plane_pictures.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/error_message.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE("a density picture shows truth, model and samples on one rectangle, normalised, y upwards") {
  const auto toy = make_mixture({{3, 1}, tensor({0, -1, 0, 2}, {2, 2}, DType::f64), {0.4, 0.4}});
  Rng rng(1, "test");
  const Tensor samples = toy->sample(50, rng);
  const Picture picture = density_picture(
      "density", "caption", *toy, [&](const Tensor& x) { return toy->log_prob(x) + 40; }, samples);
  const std::vector<Plane>& planes = std::get<Planes>(picture.content).planes;
  REQUIRE(planes.size() == 3);
  const Plane& truth = planes[0];
  const int64_t rows = truth.density.dim(0), columns = truth.density.dim(1);
  // The heavier mode is the lower one: in the lower half of the rows.
  const int64_t best = argmax(reshape(truth.density, {1, rows * columns}), 1).data<int64_t>()[0];
  const double cell = (truth.y_high - truth.y_low) / static_cast<double>(rows);
  CHECK(std::abs(truth.y_low + (static_cast<double>(best / columns) + 0.5) * cell + 1) < cell);
  const double width = (truth.x_high - truth.x_low) / static_cast<double>(columns);
  CHECK(std::abs(truth.x_low + (static_cast<double>(best % columns) + 0.5) * width) < width);
  CHECK(max(abs(planes[0].density - planes[1].density)).item() < 1e-4);  // f32, and 40 is divided out
  CHECK(planes[2].points.shape() == Shape{50, 2});
  CHECK(planes[2].contours.defined());
  CHECK(planes[2].x_low == truth.x_low);
  // What is visible holds nearly all of the mass.
  CHECK(sum(truth.density).item() * cell * width > 0.99);
}

TEST_CASE("a score picture draws true and learned arrows at the same points, where there is density") {
  const auto toy = make_toy("ring8");
  const Picture picture = score_picture("score", "caption", *toy, [](const Tensor& x) { return neg(x); });
  const std::vector<Plane>& planes = std::get<Planes>(picture.content).planes;
  REQUIRE(planes.size() == 2);
  const Tensor tails = planes[0].arrow_tails;
  CHECK(tails.dim(0) > 50);
  CHECK(max(abs(tails + planes[1].arrows)).item() < 1e-6);
  CHECK(max(abs(planes[0].arrows - toy->score(tails))).item() < 1e-12);
  CHECK(min(toy->log_prob(tails)).item() > -8);
}

TEST_CASE("what has no score shows its contours, and what is not in the plane is refused") {
  const auto board = make_toy("checkerboard");
  const Picture picture = score_picture("score", "", *board, [](const Tensor& x) { return neg(x); });
  CHECK(!std::get<Planes>(picture.content).planes[0].arrows.defined());
  check_refused("1 dimensions", [] { visible_box(*make_toy("gamma")); });
  check_refused("16 dimensions", [] { visible_box(*make_toy("bars-and-stripes")); });
  CHECK(samples_over_truth(*board, zeros({3, 2})).points.dim(0) == 3);
}
