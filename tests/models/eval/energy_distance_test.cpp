#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/models/eval/sample_metrics.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

// E |N(m, s^2)|.
double mean_size(double m, double s) {
  return s * std::sqrt(2 / std::numbers::pi) * std::exp(-m * m / (2 * s * s)) +
         m * std::erf(m / (s * std::numbers::sqrt2));
}

double sum_of_norms(const Tensor& x) { return sum(norm(x, 1)).item(); }

TEST_CASE("the energy distance of two Gaussians is the closed form's, and 0 of one law in the mean") {
  Rng rng(1, "energy_distance");
  const double wanted = 2 * mean_size(1, std::numbers::sqrt2) - 2 * mean_size(0, std::numbers::sqrt2);
  double apart = 0, together = 0;
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    const Tensor a = randn({400, 1}, rng), b = randn({300, 1}, rng), c = randn({300, 1}, rng) + 1.0;
    together += energy_distance(a, b) / kRounds;
    apart += energy_distance(a, c) / kRounds;
  }
  CHECK(std::abs(together) < 0.002);             // its error is about .0004
  CHECK(std::abs(apart - wanted) < 4 * 0.0184);  // 2 sqrt(.289 (1/400 + 1/300) / 20), .289 = var h(X)
}

TEST_CASE("it is computed pair by pair") {
  const Tensor a = tensor({0, 0, 3, 4}, {2, 2}), b = tensor({0, 0, 0, 1, 0, 2}, {3, 2});
  // |a - b|: 0, 1, 2 and 5, sqrt(18), sqrt(13); |a - a'|: 5; |b - b'|: 1, 2, 1
  const double between = (3 + 5 + std::sqrt(18.0) + std::sqrt(13.0)) / 6;
  CHECK(energy_distance(a, b) == approx(2 * between - 5 - 4.0 / 3).epsilon(1e-6));
}

TEST_CASE("it does not depend on where the sets lie, nor on how far apart their parts do") {
  Rng rng(2, "energy_distance");
  // Steps of 2^-20, which 1e9 in double keeps.
  const auto rounded = [&](int64_t n) {
    return cast(cast(randn({n, 2}, rng, DType::f64) * 0x1p20, DType::i64), DType::f64) * 0x1p-20;
  };
  const Tensor a = rounded(200), b = rounded(100);
  const double wanted = energy_distance(a, b);
  CHECK(energy_distance(a + 1e9, b + 1e9) == approx(wanted).epsilon(1e-12));
  CHECK(energy_distance(a - 1e9, b - 1e9) == approx(wanted).epsilon(1e-12));
  const Tensor same = full({3, 2}, 1e9, DType::f64);
  CHECK(energy_distance(same, same) == 0);
  // Two heaps 1e9 apart, half of each set in each: pairs across them are 1e9 apart, up to what the pairs
  // within a heap do not see.
  const Tensor shift = concat(zeros({100, 1}, DType::f64), full({100, 1}, 0x1p30, DType::f64), 0);
  const Tensor heaps = a + concat(shift, zeros({200, 1}, DType::f64), 1);
  double sum = 0;
  for (int64_t i = 0; i < 200; ++i)
    for (int64_t j = 0; j < 200; ++j) sum += norm(heaps.rows(i, i + 1) - heaps.rows(j, j + 1)).item();
  const double within = sum / (200 * 199), to_zero = sum_of_norms(heaps) / 200;
  CHECK(energy_distance(heaps, zeros({2, 2}, DType::f64)) == approx(2 * to_zero - within).epsilon(1e-9));
}

TEST_CASE("sets that cannot be compared are refused") {
  const auto said = [](const Tensor& a, const Tensor& b) {
    return test::error_message([&] { energy_distance(a, b); });
  };
  CHECK(test::contains(said(zeros({3, 2}), zeros({3, 1})), "one width"));
  CHECK(test::contains(said(zeros({1, 2}), zeros({3, 2})), "two or more"));
}

}  // namespace
}  // namespace gradzoo
