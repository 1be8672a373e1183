#include "tools/lab/labs/coin.h"

#include <cmath>

#include <doctest/doctest.h>

namespace gradzoo {
namespace {

TEST_CASE("a Beta has its closed forms") {
  CHECK(std::exp(Beta{1, 1}.log_density(0)) == doctest::Approx(1));
  CHECK(std::exp(Beta{2, 3}.log_density(0.4)) == doctest::Approx(12 * 0.4 * 0.36));
  CHECK(Beta{2, 3}.mean() == doctest::Approx(0.4));
  CHECK(Beta{2, 3}.deviation() == doctest::Approx(0.2));
  CHECK(Beta{1, 1}.quantile(0.25) == doctest::Approx(0.25).epsilon(1e-3).scale(0));
  CHECK(Beta{1, 3}.quantile(0.5) ==
        doctest::Approx(1 - std::cbrt(0.5)).epsilon(1e-3).scale(0));  // 1 - (1-x)^3
}

TEST_CASE("coin: the posterior closes in on the truth, and prior and likelihood agree in the end") {
  const LabResult result = CoinLab{}.run({.seed = 3});
  const LabTable& table = result.table("flips");
  CHECK(table.at("0", "posterior mean") == 0.5);
  CHECK(table.at("0", "posterior sd") == doctest::Approx(std::sqrt(1.0 / 12)));
  CHECK(table.at("0", "bits against fair") == doctest::Approx(0));
  CHECK(table.at("1", "bits against fair") == doctest::Approx(0));  // one flip tells nothing of fairness
  const double heads = table.at("1000", "heads");
  CHECK(std::abs(heads - 700) < 3.9 * std::sqrt(210));
  CHECK(table.at("1000", "posterior mean") == doctest::Approx((heads + 1) / 1002));
  CHECK(table.at("1000", "from Beta(20, 20)") == doctest::Approx((heads + 20) / 1040));
  CHECK(table.at("1000", "95 % from") < heads / 1000);
  CHECK(table.at("1000", "95 % to") > heads / 1000);
  CHECK(table.at("1000", "95 % to") - table.at("1000", "95 % from") ==
        doctest::Approx(2 * 1.96 * table.at("1000", "posterior sd")).epsilon(0.02).scale(0));
  // log p(flips | flat) - log p(flips | 1/2), the integral by quadrature.
  double integral = 0;
  for (int i = 0; i < 100000; ++i) {
    const double theta = (i + 0.5) / 100000;
    integral += std::exp(heads * std::log(2 * theta) + (1000 - heads) * std::log(2 - 2 * theta)) / 100000;
  }
  CHECK(table.at("1000", "bits against fair") == doctest::Approx(std::log2(integral)).epsilon(1e-6));
}

}  // namespace
}  // namespace gradzoo
