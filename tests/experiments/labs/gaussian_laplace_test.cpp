#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/experiments/labs/lab.h"

namespace gradzoo {

TEST_CASE("gaussian-laplace: the mean sees nothing, the likelihood ratio most, at the errors asked for") {
  const int64_t trials = 4000;
  const LabResult result =
      find_lab("gaussian-laplace").run({.seed = 1}, {"sizes=30,100", fmt::format("trials={}", trials)});
  const LabTable& missed = result.table("samples");
  const LabTable& alarms = result.table("samples, type I");
  // The bound and the share are both estimated: their errors add up.
  const double error = std::sqrt(2 * 0.05 * 0.95 / static_cast<double>(trials));
  for (const LabTable::Row& row : alarms.rows)
    for (const double share : row.values) CHECK(std::abs(share - 0.05) < 4.5 * error);
  for (const char* n : {"30", "100"}) {
    CHECK(std::abs(missed.at(n, "mean") - 0.95) < 0.02);
    CHECK(missed.at(n, "likelihood ratio") < missed.at(n, "kurtosis"));
    CHECK(missed.at(n, "kurtosis") < missed.at(n, "variance"));
  }
  CHECK(missed.at("100", "likelihood ratio") < 0.06);
}

TEST_CASE("gaussian-laplace: the allowed error of type I is a twentieth, to a hundredth of all tests") {
  const int64_t trials = 40'000;
  const LabResult result =
      find_lab("gaussian-laplace").run({.seed = 2}, {"sizes=10", fmt::format("trials={}", trials)});
  const double error = std::sqrt(2 * 0.05 * 0.95 / static_cast<double>(trials));
  for (const double share : result.table("samples, type I").rows[0].values)
    CHECK(std::abs(share - 0.05) < 4.5 * error);
}

}  // namespace gradzoo
