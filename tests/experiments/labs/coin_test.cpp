#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/experiments/labs/lab.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {
using test::contains;

TEST_CASE("coin: the posterior closes in on the truth, and prior and likelihood agree in the end") {
  const LabResult result = find_lab("coin").run({.seed = 3});
  const LabTable& table = result.table("flips");
  CHECK(table.at("0", "posterior mean") == 0.5);
  const std::string& laws = result.pictures.at(0).drawing.bytes;
  CHECK(contains(laws, ">prior</text>"));
  CHECK_FALSE(contains(laws, ">0 flips</text>"));  // which is the prior
  CHECK(table.at("0", "posterior sd") == approx(std::sqrt(1.0 / 12)));
  CHECK(table.at("0", "95 % from") == approx(0.025).epsilon(2e-3));  // flat
  // After one flip the density is 2 theta, or 2 (1 - theta).
  const double edge = table.at("1", "heads") == 1 ? table.at("1", "95 % from") : 1 - table.at("1", "95 % to");
  CHECK(edge * edge == approx(0.025).epsilon(2e-3));
  CHECK(table.at("0", "bits against fair") == approx(0).scale(1));
  CHECK(table.at("1", "bits against fair") == approx(0).scale(1));  // one flip tells nothing of fairness
  const double heads = table.at("1000", "heads");
  CHECK(std::abs(heads - 700) < 3.9 * std::sqrt(210));
  CHECK(table.at("1000", "posterior mean") == approx((heads + 1) / 1002));
  CHECK(table.at("1000", "from Beta(20, 20)") == approx((heads + 20) / 1040));
  CHECK(table.at("1000", "95 % from") < heads / 1000);
  CHECK(table.at("1000", "95 % to") > heads / 1000);
  CHECK(table.at("1000", "95 % to") - table.at("1000", "95 % from") ==
        approx(2 * 1.96 * table.at("1000", "posterior sd")).epsilon(0.02));
  // log p(flips | flat) - log p(flips | 1/2), the integral by quadrature.
  double integral = 0;
  for (int i = 0; i < 100000; ++i) {
    const double theta = (i + 0.5) / 100000;
    integral += std::exp(heads * std::log(2 * theta) + (1000 - heads) * std::log(2 - 2 * theta)) / 100000;
  }
  CHECK(table.at("1000", "bits against fair") == approx(std::log2(integral)).epsilon(1e-6));
}

}  // namespace gradzoo
