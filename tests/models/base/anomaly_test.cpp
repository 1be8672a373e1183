#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/base/error.h"
#include "gradzoo/models/base/abilities.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

constexpr int64_t kRows = 20'000;

Tensor rows_at(double x) { return full({kRows, 1}, x, DType::f64); }

// -log p of N(0, 1 + t^2), or its score.
Target normal(double t, bool by_density) {
  const double variance = 1 + t * t;
  Target target{.data_noise = t};
  if (by_density)
    target.log_prob = [variance](const Tensor& x) { return sum(square(x), 1) * (-0.5 / variance); };
  else
    target.score = [variance](const Tensor& x) { return x * (-1 / variance); };
  return target;
}

TEST_CASE("a density's score is -log p, of noisy data the mean under that noise") {
  Rng rng(1, "anomaly_test");
  const AnomalyScores plain = anomaly_by(normal(0, true), tensor({0, 2, -3}, {3, 1}, DType::f64), rng);
  CHECK(plain.scores.to_vector() == std::vector<double>{0, 2, 4.5});
  CHECK(test::contains(plain.statistic, "-log p(x)"));
  const double t = 0.5, x = 2, variance = 1 + t * t;
  const AnomalyScores noisy = anomaly_by(normal(t, true), rows_at(x), rng);
  CHECK(test::contains(noisy.statistic, "0.5 z"));
  // E (x + t z)^2 = x^2 + t^2, its variance 4 x^2 t^2 + 2 t^4, of 4 draws a row
  const double truth = (x * x + t * t) / (2 * variance);
  const double sd = std::sqrt((4 * x * x * t * t + 2 * std::pow(t, 4)) / 4) / (2 * variance);
  CHECK(std::abs(mean(noisy.scores).item() - truth) < 3.9 * sd / std::sqrt(double(kRows)));
}

TEST_CASE("a score alone is judged by its denoising, or by its length where there is no noise") {
  Rng rng(2, "anomaly_test");
  const AnomalyScores length = anomaly_by(normal(0, false), tensor({0, 2, -3}, {3, 1}, DType::f64), rng);
  CHECK(length.scores.to_vector() == std::vector<double>{0, 4, 9});
  CHECK(test::contains(length.statistic, "|s(x)|^2"));
  // D(x + t z) = (x + t z) / (1 + t^2): wrong by (t z - t^2 x) / (1 + t^2)
  const double t = 0.5, x = 2;
  const AnomalyScores found = anomaly_by(normal(t, false), rows_at(x), rng);
  CHECK(test::contains(found.statistic, "denoising"));
  const double truth = (t * t + std::pow(t, 4) * x * x) / std::pow(1 + t * t, 2);
  const double sd =
      std::sqrt((2 * std::pow(t, 4) + 4 * t * t * std::pow(t, 4) * x * x) / 4) / std::pow(1 + t * t, 2);
  CHECK(std::abs(mean(found.scores).item() - truth) < 3.9 * sd / std::sqrt(double(kRows)));
  CHECK_THROWS_AS(anomaly_by({}, rows_at(0), rng), Error);
}

TEST_CASE("where the score is known at many levels the noise is one half, or the nearest of them") {
  Rng rng(3, "anomaly_test");
  const auto told = [&](const NoiseRange& range) {
    const Target target{.noisy_score = [](const Tensor& x, double) { return neg(x); }, .noise_range = range};
    return anomaly_by(target, zeros({2, 1}, DType::f64), rng).statistic;
  };
  CHECK(test::contains(told({}), "D(x + 0.5 z)"));
  CHECK(test::contains(told({0.1, 0.3}), "D(x + 0.3 z)"));
  CHECK(test::contains(told({0.7, 2}), "D(x + 0.7 z)"));
}

}  // namespace
}  // namespace gradzoo
