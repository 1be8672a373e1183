#include "tools/plot/curve_scale.h"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.h"

namespace gradzoo {

TEST_CASE("the axes of curves show every x, the bulk of y and all levels") {
  Series curve{"loss", {}, {}};
  for (int i = 0; i < 500; ++i) curve.x.push_back(i), curve.y.push_back(100 + 900 * std::exp(-i / 2.0));
  const std::vector<Series> series{curve, {"late", {700}, {100.5}}};
  const std::vector<Level> levels{{"floor", 45.53}};
  const Scale x = x_scale_of(series, false), y = y_scale_of(series, levels, false);
  CHECK(x.range.low == 0);
  CHECK(x.range.high == 700);
  CHECK(y.range.low < 45.53);
  CHECK(y.range.high < 500);
  CHECK(y.range.high > 100.5);
  const std::size_t outside = count_outside(series, y.range);
  CHECK(outside > 0);
  CHECK(outside < 12);
}

TEST_CASE("values that are not finite are not counted as outside") {
  const std::vector<Series> series{{"a", {0, 1, 2, 3}, {0.5, std::nan(""), 2, -1}}};
  CHECK(count_outside(series, {0, 1}) == 2);
}

TEST_CASE("a series of unequal lengths is named") {
  CHECK_NOTHROW(check_lengths({"ok", {1}, {2}, {1}, {3}}));
  CHECK_THROWS_WITH_AS(
      check_lengths({"loss", {1, 2}, {2}}),
      "chart: series 'loss' has 2 x, 1 y, and a band of 0 and 0 values. Hint: give all one length.", Error);
}

}  // namespace gradzoo
