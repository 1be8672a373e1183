#include "samplers/denoised.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/base/error.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

constexpr double kMean = 0.7, kVariance = 0.3;  // of the clean numbers

// N(mean, variance + t^2): the law of such data with noise t.
Target gaussian(double t, bool by_density) {
  const double variance = kVariance + t * t;
  Target target{.data_noise = t};
  if (by_density)
    target.log_prob = [variance](const Tensor& x) { return sum(square(x - kMean), 1) * (-0.5 / variance); };
  else
    target.score = [variance](const Tensor& x) { return (x - kMean) * (-1 / variance); };
  return target;
}

// The largest error against E[clean | noisy].
double error_of(const Target& target, double sigma) {
  Rng rng(1, "denoised_test");
  const Tensor noisy = randn({7, 3}, rng, DType::f64) * 2.0;
  const double share = kVariance / (kVariance + sigma * sigma);
  const Tensor exact = noisy * share + kMean * (1 - share);
  return max(abs(denoised(target, noisy, sigma, rng) - exact)).item();
}

TEST_CASE("of a Gaussian the guess is the conditional mean, at the target's noise, at more and at none") {
  for (const bool by_density : {false, true}) {
    CAPTURE(by_density);
    CHECK(error_of(gaussian(0.5, by_density), 0.5) < 1e-12);
    for (const double sigma : {0.6, 0.9, 2.0}) {
      CAPTURE(sigma);
      CHECK(error_of(gaussian(0.5, by_density), sigma) < 2e-3);
      CHECK(error_of(gaussian(0, by_density), sigma) < 2e-3);
    }
  }
  Target all{.noisy_score = [](const Tensor& x, double sigma) {
    return (x - kMean) * (-1 / (kVariance + sigma * sigma));
  }};
  CHECK(error_of(all, 0.3) < 1e-12);
  // Planted: a noise that the density does not have is seen.
  Target wrong = gaussian(0.5, true);
  wrong.data_noise = 0.4;
  CHECK(error_of(wrong, 0.5) > 0.05);
}

TEST_CASE("with less noise than the target's, what is missing is drawn: the mean of what those guesses are") {
  Rng rng(2, "denoised_test");
  constexpr double kNoise = 0.5, kSigma = 0.3;
  const Tensor noisy = full({4000, 1}, 1.5, DType::f64);
  const double share = kVariance / (kVariance + kNoise * kNoise);
  const Tensor guess = denoised(gaussian(kNoise, false), noisy, kSigma, rng);
  // each is a mean of 8 draws of share * missing noise
  const double sd = share * std::sqrt((kNoise * kNoise - kSigma * kSigma) / 8);
  const double z = (mean(guess).item() - (1.5 * share + kMean * (1 - share))) / (sd / std::sqrt(4000.0));
  CHECK(std::abs(z) < 3.9);  // 1 in 10,000
  // chi squared of 3999 degrees in normal approximation
  CHECK(std::abs(var(guess).item() / (sd * sd) - 1) < 3.9 * std::sqrt(2.0 / 3999));
}

TEST_CASE("ascent finds the peak that a fixed step would leap over, rows each by their own step") {
  const Target needle{.log_prob = [](const Tensor& x) {
    return logsumexp(concat(square(x - 1.0) * -5000.0, square(x + 1.0) * -0.5, 1), 1);
  }};
  Rng rng(3, "denoised_test");
  const Tensor found = denoised(needle, tensor({1.02, -1.0, -1.5}, {3, 1}, DType::f64), 0.5, rng);
  // -5000 * 2 (x - 1) = (x - y) / s^2; -(x + 1) = (x - y) / s^2
  CHECK(found.data<double>()[0] == approx((10000 + 1.02 * 4) / 10004).epsilon(1e-4));
  CHECK(found.data<double>()[1] == approx(-1));
  CHECK(found.data<double>()[2] == approx((-1 - 1.5 * 4) / 5).epsilon(1e-3));
}

TEST_CASE("a target without a score of real numbers, and values that are not finite, are refused") {
  Rng rng(4, "denoised_test");
  const Tensor x = ones({1, 1}, DType::f64);
  check_refused("no score", [&] { denoised({}, x, 1, rng); });
  Target table = gaussian(0, true);
  table.binary = true;
  CHECK_FALSE(can_denoise(table));
  const Target cliff{.score = [](const Tensor& at) { return square(at) * 1e200; }};
  check_refused("values that are not finite", [&] { denoised(cliff, x, 1, rng); });
}

// log p = -3 x on [0, 1], whose log-density is NaN outside: the most probable point is noisy - 3 sigma^2, or
// an end.
TEST_CASE("an example outside the domain begins at its edge, and the guess stays inside") {
  const Target decay{
      .log_prob =
          [](const Tensor& x) {
            return sum(where(logical_and(ge(x, 0.0), le(x, 1.0)), x * -3.0, full(x.shape(), NAN, x.dtype())),
                       1);
          },
      .domain = {0, 1}};
  Rng rng(6, "denoised_test");
  const Tensor noisy = tensor({0.8, 1.4, -0.5, 0.1, 3.0}, {5, 1}, DType::f64);
  const std::vector<double> found = denoised(decay, noisy, 0.3, rng).to_vector();
  for (size_t i = 0; i < found.size(); ++i)
    CHECK(found[i] == doctest::Approx(std::clamp(noisy.to_vector()[i] - 3 * 0.09, 0.0, 1.0)).epsilon(1e-3));
  // A density that is told outside as well is not followed there.
  const Target open{.log_prob = [](const Tensor& x) { return sum(x, 1) * -3.0; }, .domain = {0, 1}};
  const std::vector<double> kept = denoised(open, noisy, 0.3, rng).to_vector();
  for (size_t i = 0; i < kept.size(); ++i) CHECK(kept[i] == doctest::Approx(found[i]).epsilon(1e-3));
  Target slope{.score = [](const Tensor& x) { return full(x.shape(), -3.0, x.dtype()); }, .domain = {0, 1}};
  const std::vector<double> drifted = denoised(slope, noisy, 0.3, rng).to_vector();
  for (size_t i = 0; i < found.size(); ++i) CHECK(drifted[i] == doctest::Approx(found[i]).epsilon(1e-2));
}

TEST_CASE("an example that cannot move is an error") {
  Rng rng(7, "denoised_test");
  const auto said = [&](double outside) {
    const Target island{.log_prob = [=](const Tensor& x) {
      return sum(where(le(x, 1.0), square(x) * -0.5, x * 0.0 + outside), 1);
    }};
    return error_message([&] { denoised(island, tensor({0.5, 2.0}, {2, 1}, DType::f64), 0.3, rng); });
  };
  for (const double outside : std::vector<double>{-INFINITY, NAN})
    check_says(said(outside), "cannot move. Hint: use less noise");
  CHECK(said(-3).empty());
}

}  // namespace
}  // namespace gradzoo
