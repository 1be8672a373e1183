#include "experiments/collapse_watch.h"

#include <cmath>

#include <doctest/doctest.h>

#include "gradzoo/models/base/density_quantities.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

Quantities modes(double count) { return {quantity(kModesCovered, count, "")}; }
Quantities kinds(double count) { return {quantity(kLabelEntropy, std::log(count), "")}; }

TEST_CASE("modes or labels that fall below three quarters of their most are told, with what to try") {
  CollapseWatch watch("pac=2");
  CHECK(watch.look(modes(2)).empty());
  CHECK(watch.look(modes(1)).empty());  // one comes and goes
  CHECK(watch.look(modes(8)).empty());
  CHECK(watch.look(modes(6)).empty());
  CHECK(watch.look(modes(5)) == "collapse: the number of covered modes fell to 5 from 8. Hint: pac=2");
  CHECK(watch.look(modes(8)).empty());
  CHECK(watch.look(kinds(9.6)).empty());
  CHECK(watch.look(kinds(7.3)).empty());
  CHECK(test::contains(watch.look(kinds(4)), "effective number of labels fell to 4 from 9.6"));
  CHECK(watch.look({}).empty());
}

TEST_CASE("of a few modes two lost are a collapse, and a quarter of many is not") {
  CollapseWatch few("pac=2"), many("pac=2");
  CHECK(few.look(modes(4)).empty());
  CHECK(test::contains(few.look(modes(2)), "covered modes fell to 2 from 4"));
  CHECK(many.look(modes(24)).empty());
  CHECK(many.look(modes(18)).empty());
  CHECK_FALSE(many.look(modes(17)).empty());
}

TEST_CASE("nothing is watched of models that have no hint") {
  CollapseWatch watch("");
  watch.look(modes(8));
  CHECK(watch.look(modes(1)).empty());
}

}  // namespace
}  // namespace gradzoo
