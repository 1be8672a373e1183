#include "gradzoo/models/eval/estimate.h"

#include <cmath>
#include <set>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "support/approx.h"

namespace gradzoo {

TEST_CASE("an estimate is told in four digits, its error in two, and none where it is not known") {
  CHECK(with_error({98.1273, 0.3141}) == "98.13 ± 0.31");
  CHECK(with_error({-0.5, 12.34}) == "-0.5 ± 12");
  CHECK(with_error({1234567, NAN}) == "1.235e+06");
  CHECK(with_error({1, INFINITY}) == "1");
}

TEST_CASE("the bootstrap's error of a mean is its standard error, and of what does not vary 0") {
  constexpr int64_t kCount = 400;
  Rng rng(1, "estimate_test");
  const std::vector<double> x = randn({kCount}, rng, DType::f64).to_vector();
  const auto mean_of = [&](std::span<const int64_t> rows) {
    double sum = 0;
    for (const int64_t row : rows) sum += x[static_cast<size_t>(row)];
    return sum / static_cast<double>(rows.size());
  };
  const Estimate found = bootstrap(kCount, 1000, rng, mean_of);
  double sum = 0, squares = 0;
  for (const double v : x) sum += v, squares += v * v;
  const double mean = sum / kCount, error = std::sqrt(squares / kCount - mean * mean) / std::sqrt(kCount);
  CHECK(found.value == approx(mean).epsilon(1e-12));
  // The standard error of a standard deviation from 1000 resamples is 2.2 %.
  CHECK(found.standard_error == approx(error).epsilon(0.1));
  // The error is about the resamples' own mean: of n rows drawn with replacement .632 n are different.
  const Estimate distinct = bootstrap(kCount, 200, rng, [](std::span<const int64_t> rows) {
    return static_cast<double>(std::set<int64_t>(rows.begin(), rows.end()).size());
  });
  CHECK(distinct.value == kCount);
  CHECK(distinct.standard_error == approx(0.312 * std::sqrt(kCount)).epsilon(0.2));
  CHECK(bootstrap(kCount, 20, rng, [](auto) { return 3.0; }).standard_error == 0);
}

TEST_CASE("one example or one resample shows no error") {
  Rng rng(1, "estimate_test");
  const auto rows_in = [](std::span<const int64_t> rows) { return static_cast<double>(rows[0] + 5); };
  for (const auto& [n, resamples] : {std::pair<int64_t, int64_t>{1, 100}, {1, 1}, {100, 1}, {100, 0}}) {
    const Estimate found = bootstrap(n, resamples, rng, rows_in);
    CHECK(found.value == 5);
    CHECK(std::isnan(found.standard_error));
  }
  CHECK(bootstrap(2, 100, rng, rows_in).standard_error > 0);
}

TEST_CASE("the error is the spread of resamples of as many rows as there are, n - 1 in its variance") {
  const double values[] = {1, 4, 9, 16, 25};
  const auto mean_of = [&](std::span<const int64_t> rows) {
    double sum = 0;
    for (const int64_t row : rows) sum += values[row] / 5;
    return sum;
  };
  Rng drawn(4, "estimate_test"), same(4, "estimate_test");
  const Estimate found = bootstrap(5, 3, drawn, mean_of);
  double resampled[3] = {0, 0, 0}, centre = 0, squares = 0;
  for (double& one : resampled) {
    for (const double u : rand({5}, same, DType::f64).to_vector())
      one += values[static_cast<size_t>(5 * u)] / 5;
    centre += one / 3;
  }
  for (const double one : resampled) squares += (one - centre) * (one - centre);
  CHECK(found.value == approx(11));
  CHECK(found.standard_error == approx(std::sqrt(squares / 2)).epsilon(1e-12));
}

TEST_CASE("a mean's standard error is the spread over the root of the count, and not known of one value") {
  const Estimate found = mean_of_rows(tensor({1, 2, 6}, {3}));
  CHECK(found.value == approx(3));
  CHECK(found.standard_error == approx(std::sqrt(7.0 / 3)));
  CHECK(std::isnan(mean_of_rows(ones({1})).standard_error));
}

}  // namespace gradzoo
