#include "plot/line_layout.h"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/base/error.h"
#include "support/error_message.h"

namespace gradzoo {

TEST_CASE("the axes of curves show every x, the bulk of y and all levels") {
  Series curve{"loss", {}, {}};
  for (int i = 0; i < 500; ++i) curve.x.push_back(i), curve.y.push_back(100 + 900 * std::exp(-i / 2.0));
  const std::vector<Series> series{curve, {"late", {700}, {100.5}}};
  const LineLayout layout = lay_out({.series = series, .levels = {{"floor", 45.53}}});
  const auto& [x, y, pens, remark] = layout;
  CHECK(x.range.low == 0);
  CHECK(x.range.high == 700);
  CHECK(y.range.low < 45.53);
  CHECK(y.range.high < 500);
  CHECK(y.range.high > 100.5);
  CHECK(std::stoi(remark) > 0);
  CHECK(std::stoi(remark) < 12);
  CHECK(remark.ends_with(" values outside the axis"));
}

TEST_CASE("an axis that would run backwards is refused, and one that would reach 0 on a logarithmic scale") {
  const std::vector<Series> series = {{"a", {0, 1}, {1, 2}}};
  const auto refusal = [&](double low, double high, bool log) {
    return test::error_message(
        [&] { lay_out({.series = series, .log_y = log, .y_low = low, .y_high = high}); });
  };
  CHECK(refusal(3, 2, false) == "chart: the y axis would run from 3 to 2. Hint: set low below high");
  CHECK(refusal(0, 2, true) ==
        "chart: the y axis would run from 0 to 2. Hint: set low below high, and above zero on a logarithmic "
        "axis");
  CHECK(refusal(0, 2, false) == "");
}

TEST_CASE("values that are not finite are not counted as outside") {
  const LineChart chart{.series = {{"a", {0, 1, 2, 3}, {0.5, std::nan(""), 2, -1}}}, .y_low = 0, .y_high = 1};
  CHECK(lay_out(chart).remark == "2 values outside the axis");
  CHECK(lay_out({.series = {{"a", {0}, {std::nan("")}}}}).remark == "no values");
}

TEST_CASE("eight series have eight colours, the next eight the same with dashes, or what was asked for") {
  LineChart chart{.series = std::vector<Series>(17)};
  chart.series[2] = {.color = 5, .dash = Dash::dots};
  const std::vector<LinePen> pens = lay_out(chart).pens;
  for (std::size_t i = 0; i < 17; ++i) {
    CHECK(pens[i].color == (i == 2 ? 5 : i % 8));
    CHECK(pens[i].dash == (i == 2 || i == 16 ? Dash::dots : i < 8 ? Dash::none : Dash::dashes));
  }
}

TEST_CASE("a series of unequal lengths is named") {
  CHECK_NOTHROW(lay_out({.series = {{"ok", {1}, {2}, {1}, {3}}}}));
  CHECK_THROWS_WITH_AS(
      lay_out({.series = {{"loss", {1, 2}, {2}}}}),
      "chart: series 'loss' has 2 x, 1 y, and a band of 0 and 0 values. Hint: give all one length", Error);
}

}  // namespace gradzoo
