#include "tools/lab/labs/mode_collapse.h"

#include <doctest/doctest.h>

namespace gradzoo {
namespace {

TEST_CASE("mode-collapse: a D that is far ahead keeps G on a few modes; minimax alone does not") {
  const LabResult result = ModeCollapseLab{.steps = 2000, .looks = 8}.run({.seed = 1});
  const LabTable& table = result.table("setting");
  REQUIRE(table.rows.size() == 4);
  CHECK(table.at("minimax", "modes") >= 6);
  CHECK(table.at("minimax", "smallest share") > 0);
  CHECK(table.at("collapse", "modes") <= 4);
  CHECK(table.at("collapse", "smallest share") == 0);
  CHECK(table.at("default", "most modes") >= table.at("collapse", "most modes"));
  CHECK(table.at("default", "D's loss") > 1.2);  // log 4 = 1.386
  CHECK(table.at("collapse", "D's loss") < 1);
  for (const LabTable::Row& row : table.rows) CHECK(row.values[0] <= row.values[1]);
  CHECK(result.pictures.size() == 2);
}

}  // namespace
}  // namespace gradzoo
