#include "models/eval/estimate.h"

#include <cmath>
#include <set>

#include <doctest/doctest.h>

#include "autograd/ops.h"

namespace gradzoo {
namespace {

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
  CHECK(found.value == doctest::Approx(mean).epsilon(1e-12));
  // The standard error of a standard deviation from 1000 resamples is 2.2 %.
  CHECK(found.standard_error == doctest::Approx(error).epsilon(0.1));
  // The error is about the resamples' own mean: of n rows drawn with replacement .632 n are different.
  const Estimate distinct = bootstrap(kCount, 200, rng, [](std::span<const int64_t> rows) {
    return static_cast<double>(std::set<int64_t>(rows.begin(), rows.end()).size());
  });
  CHECK(distinct.value == kCount);
  CHECK(distinct.standard_error == doctest::Approx(0.312 * std::sqrt(kCount)).epsilon(0.2));
  CHECK(bootstrap(kCount, 20, rng, [](auto) { return 3.0; }).standard_error == 0);
}

}  // namespace
}  // namespace gradzoo
