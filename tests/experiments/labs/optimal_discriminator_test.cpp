#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "gradzoo/experiments/labs/lab.h"
#include "support/approx.h"
#include "support/error_message.h"

namespace gradzoo {

TEST_CASE("optimal-discriminator: D is p/(p + q), and V nears 2 JSD - log 4 from below") {
  const LabResult result = find_lab("optimal-discriminator").run({.seed = 1}, {"steps=400"});
  const LabTable& table = result.table("p, q");
  for (const LabTable::Row& row : table.rows) {
    CHECK(row.values[0] < row.values[1] + 1e-6);  // V(D) <= V(D*)
    CHECK(row.values[1] >= -std::log(4.0) - 1e-9);
    CHECK(row.values[1] < 1e-9);
  }
  CHECK(table.at("bumps, a bell", "mean |D - D*|") < 0.02);
  CHECK(table.at("bumps, a bell", "max |D - D*|") < 0.06);
  CHECK(table.at("bumps, a bell", "V(D)") > table.at("bumps, a bell", "2 JSD - log 4") - 0.005);
  CHECK(table.at("bumps, a bell; early", "mean |D - D*|") > 0.05);
  CHECK(table.at("bumps twice", "V(D)") == approx(-std::log(4.0)).epsilon(0.005));
  CHECK(table.at("bumps, bumps far away", "V(D)") > -0.05);
  CHECK(result.pictures.size() == 1);
}

TEST_CASE("optimal-discriminator: the picture shows the classifier of the first two bumps, early and late") {
  const LabResult result = find_lab("optimal-discriminator").run({.seed = 1}, {"steps=2", "early_steps=1"});
  const std::string& svg = result.pictures.at(0).drawing.bytes;
  CHECK(test::contains(svg, ">D after 1 steps<"));
  const size_t late = svg.find(">D after 2 steps<");
  CHECK(late != std::string::npos);
  CHECK(svg.find(">D after 2 steps<", late + 1) == std::string::npos);  // not that of the other pairs
}

}  // namespace gradzoo
