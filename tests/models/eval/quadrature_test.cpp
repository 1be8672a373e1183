#include "gradzoo/models/eval/quadrature.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"
#include "support/error_message.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

// log N(x; mean, sigma^2) + shift of points (B, 1).
Tensor normal(const Tensor& x, double mean, double sigma, double shift = 0) {
  return square(reshape(x, {x.dim(0)}) - mean) / (-2 * sigma * sigma) +
         (shift - std::log(sigma * std::sqrt(2 * M_PI)));
}

const Box kLine{{-12}, {12}};

}  // namespace

TEST_CASE("the points of a grid are the centres of its cells, the last axis fastest") {
  const Grid grid({{0, 10}, {4, 12}}, 2);
  CHECK(grid.count() == 4);
  CHECK(grid.volume == 2);
  CHECK(grid.points(0, 4).to_vector() == std::vector<double>{1, 10.5, 1, 11.5, 3, 10.5, 3, 11.5});
  CHECK(grid.points(1, 3).to_vector() == std::vector<double>{1, 11.5, 3, 10.5});
}

TEST_CASE("log Z is that of a Gaussian of any height and width") {
  for (const double sigma : {0.05, 1.0})
    for (const double shift : {-5000.0, 0.0, 800.0}) {
      const Grid grid({{-9 * sigma}, {9 * sigma}}, 400);
      const Tensor f = on_grid(grid, [&](const Tensor& x) { return normal(x, 0, sigma, shift); });
      CHECK(std::abs(log_partition(grid, f) - shift) < 1e-9);
    }
}

TEST_CASE("KL and Fisher divergence between Gaussians are the closed forms") {
  const Grid grid(kLine, 2000);
  const double m = 0.7, s = 1.6;
  const Tensor p = on_grid(grid, [](const Tensor& x) { return normal(x, 0, 1); });
  const Tensor q = on_grid(grid, [&](const Tensor& x) { return normal(x, m, s, 3); });
  CHECK(std::abs(kl_on_grid(grid, p, q) - (std::log(s) + (1 + m * m) / (2 * s * s) - 0.5)) < 1e-10);
  CHECK(std::abs(kl_on_grid(grid, p, p)) < 1e-12);
  // Scores -x and -(x - m)/s^2: 1/2 E (x (1/s^2 - 1) - m/s^2)^2.
  const Tensor score_p = on_grid(grid, [](const Tensor& x) { return neg(x); });
  const Tensor score_q = on_grid(grid, [&](const Tensor& x) { return (x - m) / (-s * s); });
  CHECK(score_p.shape() == Shape{2000, 1});
  const double slope = 1 / (s * s) - 1, offset = m / (s * s);
  CHECK(std::abs(fisher_divergence_on_grid(grid, p, score_p, score_q) -
                 (slope * slope + offset * offset) / 2) < 1e-10);
}

TEST_CASE("JSD is 0 for equals, log 2 for strangers, and symmetric") {
  const Grid grid(kLine, 2000);
  const Tensor p = on_grid(grid, [](const Tensor& x) { return normal(x, -5, 0.3); });
  const Tensor q = on_grid(grid, [](const Tensor& x) { return normal(x, 5, 0.3); });
  const Tensor r = on_grid(grid, [](const Tensor& x) { return normal(x, -4.8, 0.4, 2); });
  CHECK(std::abs(jsd_on_grid(grid, p, p)) < 1e-12);
  CHECK(std::abs(jsd_on_grid(grid, p, q) - std::log(2.0)) < 1e-12);
  CHECK(jsd_on_grid(grid, p, r) == approx(jsd_on_grid(grid, r, p)).epsilon(1e-12));
  CHECK(jsd_on_grid(grid, p, r) > 0.01);
  CHECK(jsd_on_grid(grid, p, r) < std::log(2.0));
}

TEST_CASE("where p is 0 nothing is added; where q alone is 0 the KL is infinite") {
  const Grid grid({{-2, -2}, {2, 2}}, 40);
  const auto board = make_toy("checkerboard");
  const Tensor p = on_grid(grid, [&](const Tensor& x) { return board->log_prob(x); });
  const Tensor uniform = zeros({grid.count()}, DType::f64);
  CHECK(std::abs(log_partition(grid, p)) < 1e-12);
  CHECK(std::abs(kl_on_grid(grid, p, uniform) - std::log(2.0)) < 1e-12);
  CHECK(kl_on_grid(grid, uniform, p) == INFINITY);
  CHECK(std::abs(jsd_on_grid(grid, p, uniform) - 0.75 * std::log(4.0 / 3)) < 1e-12);
}

TEST_CASE("a toy fits itself, whatever constant is added and whichever dtype is asked") {
  for (const char* name : {"gaussian", "ring8", "two-moons", "gamma", "grid25"}) {
    CAPTURE(name);
    const auto toy = make_toy(name);
    const auto shifted = [&](const Tensor& x) { return toy->log_prob(x) + 7; };
    const DensityFit wide = density_fit(*toy, shifted, DType::f64);
    CHECK(std::abs(wide.log_partition - 7) < 1e-8);
    CHECK(std::abs(wide.kl) < 1e-8);
    CHECK(wide.box_error < 1e-8);
    DType asked = DType::f64;
    const DensityFit narrow = density_fit(*toy, [&](const Tensor& x) {
      asked = x.dtype();
      return shifted(x);
    });
    CHECK(asked == DType::f32);
    CHECK(std::abs(narrow.log_partition - 7) < 1e-4);
    CHECK(std::abs(narrow.kl) < 1e-5);
  }
}

TEST_CASE("a density that reaches beyond the box is seen when the box is doubled") {
  const auto toy = make_toy("ring8");
  const auto wide = [](const Tensor& x) { return sum(square(x), 1) * (-0.5 / 9); };
  CHECK(density_fit(*toy, wide).box_error > 0.1);
}

TEST_CASE("sums are taken in f64: a million small f32 values keep their sum") {
  const Grid grid({{0, 0}, {1, 1}}, 1000);
  const Tensor f = on_grid(
      grid, [](const Tensor& x) { return full({x.dim(0)}, -2.5); }, DType::f32);
  CHECK(f.dtype() == DType::f64);
  CHECK(std::abs(log_partition(grid, f) + 2.5) < 1e-12);
}

TEST_CASE("a ring without modes is 0.085 nats from ring8, and further from narrower modes") {
  CHECK(ring_without_modes_kl(*make_toy("ring8")) == approx(0.085).epsilon(0.01));
  CHECK(ring_without_modes_kl(*make_toy("ring8", {.scale = 3})) ==
        approx(ring_without_modes_kl(*make_toy("ring8"))).epsilon(1e-6));
  // Modes that don't touch: the angle alone tells the KL, log(2 pi / 8) less the entropy of its normal law.
  const double sigma = 0.02;
  const double apart = std::log(2 * M_PI / 8) - std::log(sigma * std::sqrt(2 * M_PI * std::exp(1.0)));
  CHECK(ring_without_modes_kl(*make_toy("ring8", {.noise = sigma})) == approx(apart).epsilon(1e-3));
}

TEST_CASE("what quadrature cannot do is said") {
  check_refused("3 dimensions", [] { Grid({{0, 0, 0}, {1, 1, 1}}, 10); });
  check_refused("0 cells", [] { Grid({{0}, {1}}, 0); });
  const Grid grid({{0}, {1}}, 10);
  check_refused("is nan", [&] { log_partition(grid, full({10}, NAN, DType::f64)); });
  check_refused("is inf", [&] { log_partition(grid, full({10}, INFINITY, DType::f64)); });
  check_refused("10 points", [&] { log_partition(grid, zeros({9}, DType::f64)); });
  check_refused("10 points", [&] { on_grid(grid, [](const Tensor& x) { return sum(x); }); });
  const auto bars = make_toy("bars-and-stripes");
  check_refused("probabilities but no density",
                [&] { density_fit(*bars, [](const Tensor& x) { return sum(x, 1); }); });
}
