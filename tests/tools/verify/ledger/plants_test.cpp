
#include <doctest/doctest.h>

#include "tools/verify/ledger/ledger.h"

// Every row is measured as it is, and with each of its errors planted: briefly, as `gradzoo verify --plant
// ROW` does at length.
namespace gradzoo {

TEST_CASE("identities hold, and see every error that they are there for") {
  for (const Row& row : ledger_rows()) {
    if (row.kind != RowKind::identity) continue;
    CAPTURE(row.name);
    CHECK_FALSE(row.plants.empty());
    const PlantReport report = plant_errors(row, {.brief = true});
    CHECK_MESSAGE(report.honest.pass, report.honest.result.value, " ", report.honest.result.setting);
    for (const PlantOutcome& plant : report.plants) {
      CAPTURE(plant.name);
      CHECK_MESSAGE(plant.caught, plant.result.value, " ", plant.result.setting);
    }
  }
}

TEST_CASE("figures refuse the numbers that they are there to refuse") {
  for (const Row& row : ledger_rows()) {
    if (row.kind != RowKind::figure) continue;
    CAPTURE(row.name);
    for (const Plant& plant : row.plants) {
      CAPTURE(plant.name);
      CHECK_FALSE(passes(plant.measure({.brief = true})));
    }
  }
}

TEST_CASE("an error that is not seen is told, and one that is seen is not") {
  const auto at = [](double value, const RowContext&) -> RowResult { return {value, AtMost{1}, ""}; };
  const Row row = identity({"a.b", "claim", "source", 1}, +at, 0.5, {{"too much", 2}, {"not enough", 0.9}});
  const PlantReport report = plant_errors(row);
  CHECK(report.honest.pass);
  CHECK(report.plants[0].caught);
  CHECK_FALSE(report.plants[1].caught);
  CHECK_FALSE(report.has_teeth());
  const Row fine = identity({"a.b", "claim", "source", 1}, +at, 0.5, {{"too much", 2}});
  CHECK(plant_errors(fine).has_teeth());
  const Row fails = identity({"a.b", "claim", "source", 1}, +at, 1.5, {{"too much", 2}});
  CHECK_FALSE(plant_errors(fails).has_teeth());
}

}  // namespace gradzoo
