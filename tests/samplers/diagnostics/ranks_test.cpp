#include "samplers/diagnostics/ranks.h"

#include <cmath>

#include <boost/math/special_functions/erf.hpp>
#include <doctest/doctest.h>

#include "support/tensor_values.h"

namespace gradzoo {
namespace {

double boost_quantile(double p) { return -std::sqrt(2.0) * boost::math::erfc_inv(2 * p); }

TEST_CASE("normal quantiles are Boost's, from one end to the other") {
  double worst = 0;
  for (int i = 1; i < 2000; ++i) {
    const double p = static_cast<double>(i) / 2000;
    worst = std::max(worst, std::abs(standard_normal_quantile(p) - boost_quantile(p)));
  }
  for (double p = 1e-300; p < 0.5; p *= 7) {
    const double wanted = boost_quantile(p);
    worst = std::max(worst, std::abs(standard_normal_quantile(p) / wanted - 1));
  }
  CHECK(worst < 4e-15);
  CHECK(standard_normal_quantile(0.5) == 0);
  CHECK(standard_normal_quantile(0.75) == -standard_normal_quantile(0.25));
}

TEST_CASE("scores are quantiles of ranks, equals share theirs") {
  const double inputs[] = {5, -1, 5, 100, 5, 0};  // ranks 4 1 4 6 4 2
  const std::vector<double> scores = normal_scores(inputs);
  const double ranks[] = {4, 1, 4, 6, 4, 2};
  for (size_t i = 0; i < scores.size(); ++i)
    CHECK(scores[i] == doctest::Approx(boost_quantile((ranks[i] - 0.375) / 6.25)).epsilon(1e-13));
  // the middle one of an odd number stands at 0, whatever it is
  CHECK(normal_scores(std::vector<double>{3, 1e9, -7})[0] == 0);
}

TEST_CASE("quantiles lie between neighbours in proportion") {
  const std::vector<double> values = {4, 1, 3, 2};
  CHECK(sample_quantile(values, 0.5) == 2.5);
  CHECK(sample_quantile(values, 0) == 1);
  CHECK(sample_quantile(values, 1) == 4);
  CHECK(sample_quantile(values, 0.05) == doctest::Approx(1.15));
  CHECK(sample_quantile({7}, 0.3) == 7);
}

}  // namespace
}  // namespace gradzoo
