#include <doctest/doctest.h>

#include "gradzoo/experiments/labs/lab.h"
#include "support/approx.h"
#include "support/png_decoder.h"

namespace gradzoo {

TEST_CASE("mode-collapse: a D that is far ahead keeps G on a few modes; minimax alone does not") {
  // By other seeds and roundings too, after 6,000 steps default and minimax have 8, collapse 2 to 4.
  const LabResult result = find_lab("mode-collapse").run({.seed = 1}, {"steps=6000", "looks=8", "seeds=1"});
  const LabTable& table = result.table("setting");
  REQUIRE(table.rows.size() == 4);
  for (const char* healthy : {"default", "minimax"}) {
    CHECK(table.at(healthy, "fewest modes") >= table.at("collapse", "modes") + 2);
    CHECK(table.at(healthy, "smallest share") > 0.02);
    CHECK(table.at(healthy, "D's loss") > 1.2);  // log 4 = 1.386
  }
  CHECK(table.at("collapse", "most modes") <= 5);
  CHECK(table.at("collapse", "smallest share") < 0.008);  // 20 of 2,500
  CHECK(table.at("collapse", "D's loss") < 1);
  CHECK(table.at("collapse, with noise", "modes") > table.at("collapse", "modes"));
  for (const LabTable::Row& row : table.rows) {
    CHECK(row.values[1] <= row.values[0]);
    CHECK(row.values[0] <= row.values[2]);
  }
  REQUIRE(result.pictures.size() == 2);
  const test::PngDecoder film(result.pictures[1].drawing.bytes);  // four rows of four square frames
  CHECK(film.height == approx(film.width).epsilon(0.1));
}

}  // namespace gradzoo
