#include "tools/bench/growth_law.h"

#include <cmath>
#include <random>

#include <doctest/doctest.h>

#include "base/error.h"

using namespace gradzoo;

namespace {

const std::vector<double> kSizes = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096};

template <class Fn>
std::vector<double> at_sizes(Fn&& fn) {
  std::vector<double> y;
  for (const double x : kSizes) y.push_back(fn(x));
  return y;
}

double largest_factor(const GrowthLaw& law, const std::vector<double>& y) {
  const double ratio = worst_departure(law, kSizes, y).ratio;
  return std::max(ratio, 1 / ratio);
}

}  // namespace

TEST_CASE("A growth law is recovered from points on it, over seven orders of magnitude") {
  const auto y = at_sizes([](double x) { return 0.5 + 0.03 * x + 2e-4 * x * x; });
  const GrowthLaw law = fit_growth_law(kSizes, y, {{0, 1, 2}});
  CHECK(law.coefficients[0] == doctest::Approx(0.5));
  CHECK(law.coefficients[1] == doctest::Approx(0.03));
  CHECK(law.coefficients[2] == doctest::Approx(2e-4));
  CHECK(largest_factor(law, y) == doctest::Approx(1));
}

TEST_CASE("No coefficient of a growth law is negative, and the others are the best ones without it") {
  const auto y = at_sizes([](double x) { return 3 * x - 0.9; });
  const GrowthLaw law = fit_growth_law(kSizes, y, {{0, 1, 2}});
  CHECK(law.coefficients[0] == 0);
  // The stationary condition of what is left: lowering or raising it makes the error larger.
  const auto error = [&](const std::vector<double>& c) {
    double sum = 0;
    for (size_t i = 0; i < kSizes.size(); ++i) {
      sum += std::pow((c[0] + c[1] * kSizes[i] + c[2] * kSizes[i] * kSizes[i]) / y[i] - 1, 2);
    }
    return sum;
  };
  const double least = error(law.coefficients);
  for (size_t k = 0; k < 3; ++k) {
    for (const double step : {-1e-3, 1e-3}) {
      std::vector<double> moved = law.coefficients;
      moved[k] += step * 3 / std::pow(4096, k);
      if (moved[k] >= 0) CHECK(error(moved) >= least);
    }
  }
}

TEST_CASE("Random points never give a growth law a negative coefficient") {
  std::mt19937 engine(7);
  std::uniform_real_distribution<double> value(0.1, 10);
  for (int trial = 0; trial < 200; ++trial) {
    const GrowthLaw law =
        fit_growth_law(kSizes, at_sizes([&](double) { return value(engine); }), {{0, 1, 2}});
    for (const double c : law.coefficients) CHECK(c >= 0);
    CHECK(law(1) > 0);
  }
}

TEST_CASE("A wrong law shows: work that grows with the square is not within 1.3 of a straight line") {
  const auto square = at_sizes([](double x) { return 0.5 + 2e-4 * x * x; });
  CHECK(largest_factor(fit_growth_law(kSizes, square, {{0, 1}}), square) > 1.3);
  CHECK(largest_factor(fit_growth_law(kSizes, square, {{0, 1, 2}}), square) == doctest::Approx(1));
}

TEST_CASE("The size from which data come from memory is found, and a square does not pass for it") {
  const auto bent = at_sizes([](double x) { return 0.1 + 0.02 * x + 0.03 * std::max(0.0, x - 256); });
  const GrowthLaw law = fit_growth_law(kSizes, bent, {{0, 1}, true});
  CHECK(law.knee == 256);
  CHECK(law.coefficients[1] == doctest::Approx(0.02));
  CHECK(law.coefficients[2] == doctest::Approx(0.03));
  CHECK(largest_factor(fit_growth_law(kSizes, bent, {{0, 1}}), bent) > 1.3);

  const auto square = at_sizes([](double x) { return 2e-4 * x * x; });
  CHECK(largest_factor(fit_growth_law(kSizes, square, {{0, 1}, true}), square) > 1.3);
}

TEST_CASE("A growth law is written as its form and as its numbers") {
  const GrowthLaw law{{{0, 1, 2}}, {0.5, 0, 2e-4}};
  CHECK(law.form("w") == "a + b w + c w^2");
  CHECK(law.text("w") == "0.5 + 0.0002 w^2");
  const GrowthLaw bent{{{0, 1}, true}, {0, 0.5, 0.25}, 100};
  CHECK(bent.form("n") == "a + b n + c max(0, n - n0)");
  CHECK(bent.text("n") == "0.5 n + 0.25 max(0, n - 100)");
}

TEST_CASE("A growth law needs points with positive values") {
  const std::vector<double> x = {1, 2}, zero = {1, 0}, one = {1};
  CHECK_THROWS_AS(fit_growth_law(x, zero, {{0, 1}}), Error);
  CHECK_THROWS_AS(fit_growth_law(x, one, {{0, 1}}), Error);
}
