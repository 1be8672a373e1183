#include <doctest/doctest.h>

#include "gradzoo/experiments/labs/lab.h"

namespace gradzoo {

TEST_CASE("noise-levels: annealing gives modes their weights, one level gives the weights or the modes") {
  const LabResult result =
      find_lab("noise-levels").run({.seed = 1}, {"steps=2500", "chains=500", "walk_steps=600"});
  const LabTable& table = result.table("chains on the score");
  CHECK(table.at("exact, no noise", "wrong share") > 0.15);  // even the truth's own score
  CHECK(table.at("exact, no noise", "near a mode") > 0.95);
  CHECK(table.at("one level, 0.1", "wrong share") > 0.12);
  CHECK(table.at("one level, 4", "near a mode") < 0.2);
  CHECK(table.at("annealed, 4 to 0.1", "wrong share") < 0.1);
  CHECK(table.at("annealed, 4 to 0.1", "near a mode") > 0.75);
  CHECK(result.pictures.size() == 2);
}

}  // namespace gradzoo
