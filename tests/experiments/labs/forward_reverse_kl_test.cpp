#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/experiments/labs/lab.h"
#include "support/approx.h"

namespace gradzoo {

TEST_CASE("forward-reverse-kl: forward has the moments, reverse a mode and -log of its weight") {
  const LabResult result = find_lab("forward-reverse-kl").run({});
  const LabTable& table = result.table("fit by");
  CHECK(table.at("forward KL", "mean") == approx(-0.5).epsilon(1e-3));  // .6 (-2.5) + .4 2.5
  CHECK(table.at("forward KL", "sd") == approx(std::sqrt(0.64 + 0.24 * 25)).epsilon(1e-3));
  CHECK(table.at("reverse KL, from the left", "mean") == approx(-2.5).epsilon(0.01));
  CHECK(table.at("reverse KL, from the left", "KL(q || p)") == approx(-std::log(0.6)).epsilon(0.02));
  CHECK(table.at("reverse KL, from the right", "mean") == approx(2.5).epsilon(0.01));
  CHECK(table.at("reverse KL, from the right", "KL(q || p)") == approx(-std::log(0.4)).epsilon(0.02));
  for (const LabTable::Row& row : table.rows) {
    CHECK(table.at("forward KL", "KL(p || q)") <= row.values[2] + 1e-6);
    CHECK(table.at("reverse KL, from the left", "KL(q || p)") <= row.values[3] + 1e-6);
    CHECK(table.at("Jensen-Shannon, from wide", "JSD(p, q)") <= row.values[4] + 1e-6);
    CHECK(row.values[4] < std::log(2.0));
  }
}

}  // namespace gradzoo
