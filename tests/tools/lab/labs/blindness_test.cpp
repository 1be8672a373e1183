#include "tools/lab/labs/blindness.h"

#include <cmath>

#include <doctest/doctest.h>

namespace gradzoo {
namespace {

TEST_CASE(
    "blindness: far apart, KL is that of the weights and the Fisher divergence is 0; noise brings it back") {
  const LabResult result = BlindnessLab{}.run({});
  const LabTable& table = result.table("separation");
  const double weights = 0.5 * std::log(0.5 / 0.9) + 0.5 * std::log(0.5 / 0.1);
  CHECK(table.at("16", "KL, nats") == doctest::Approx(weights).epsilon(1e-9));
  CHECK(table.at("16", "Fisher divergence") < 1e-12);
  CHECK(table.at("2", "Fisher divergence") > 0.1);
  CHECK(table.at("16", "Fisher with noise") > 1e-3);
  CHECK(table.at("16", "KL with noise") < weights);
  for (size_t i = 1; i < table.rows.size(); ++i)
    CHECK(table.rows[i].values[0] > table.rows[i - 1].values[0]);  // KL grows
}

}  // namespace
}  // namespace gradzoo
