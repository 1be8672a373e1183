#include "plot/chart.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.h"
#include "plot/frame.h"
#include "plot/palette.h"

namespace gradzoo {
namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN();

bool is_near(const std::uint8_t* pixel, Color color) {
  return std::abs(pixel[0] - color.red) + std::abs(pixel[1] - color.green) + std::abs(pixel[2] - color.blue) <
         12;
}

/// Pixels of `color` in columns [from, to) below the legend, as shares of the picture's sides.
int count(const Image& image, Color color, double from = 0, double to = 1, double legend = 0.15) {
  int found = 0;
  for (int y = static_cast<int>(legend * image.height); y < image.height; ++y) {
    for (int x = static_cast<int>(from * image.width); x < static_cast<int>(to * image.width); ++x) {
      found += is_near(&image.rgb[3 * static_cast<std::size_t>(y * image.width + x)], color) ? 1 : 0;
    }
  }
  return found;
}

}  // namespace

TEST_CASE("each series is drawn in its own colour") {
  const Image image =
      draw_chart(LineChart{.series = {{"a", {0, 1, 2}, {3, 1, 2}}, {"b", {0, 1, 2}, {1, 2, 1}}}});
  CHECK(image.width == 900);
  CHECK(image.height == 560);
  CHECK(count(image, line_color(0)) > 500);
  CHECK(count(image, line_color(1)) > 500);
  CHECK(count(image, line_color(2)) == 0);
}

TEST_CASE("NaN makes a gap, and neither empty nor wholly undefined series break a chart") {
  Series series{"loss", {}, {}};
  for (int i = 0; i < 100; ++i) {
    series.x.push_back(i);
    series.y.push_back(i >= 40 && i < 60 ? kNan : 1.0 + 0.01 * i);
  }
  const Image image = draw_chart(LineChart{.series = {series}});
  CHECK(count(image, line_color(0), 0.47, 0.55) == 0);
  CHECK(count(image, line_color(0), 0.1, 0.3) > 100);

  CHECK(draw_chart(LineChart{}).width == 900);
  CHECK(draw_chart(LineChart{.series = {{"empty", {}, {}}}}).width == 900);
  CHECK(draw_chart(LineChart{.series = {{"nan", {0, 1}, {kNan, kNan}}}, .log_y = true}).width == 900);
  CHECK(draw_chart(LineChart{.series = {{"one", {3}, {7}}}}).width == 900);
  CHECK(draw_chart(ScatterChart{}).width == 800);
  CHECK(draw_chart(BarChart{}).width == 900);
}

TEST_CASE("a band covers the area between its bounds") {
  const LineChart with_band{.series = {{"a", {0, 1}, {1, 1}, {0, 0}, {2, 2}}}, .y_low = 0, .y_high = 2};
  LineChart without = with_band;
  without.series[0].low.clear(), without.series[0].high.clear();
  const Image image = draw_chart(with_band), plain = draw_chart(without);
  CHECK(count(plain, {255, 255, 255}) - count(image, {255, 255, 255}) > 0.6 * 900 * 560);
}

TEST_CASE("points of a scatter chart take the colour of their label") {
  ScatterChart chart{.x = {0, 1, 2}, .y = {0, 1, 2}, .label = {0, 0, 9}};
  CHECK_NOTHROW(draw_chart(chart));
  for (int i = 0; i < 200; ++i)
    chart.x.push_back(i % 14), chart.y.push_back(i / 14), chart.label.push_back(i % 10);
  chart.x.push_back(kNan), chart.y.push_back(0), chart.label.push_back(0);
  const Image image = draw_chart(chart);
  for (std::size_t label = 0; label < 10; ++label) {
    const Color color = class_color(label);
    const auto tint = [](int c) { return static_cast<std::uint8_t>(std::lround(255 + 0.7 * (c - 255))); };
    CHECK(count(image, {tint(color.red), tint(color.green), tint(color.blue)}) > 100);
  }
}

TEST_CASE("bars stand on zero, as high as their values, and a NaN leaves its place empty") {
  const Image image = draw_chart(BarChart{.values = {4, kNan, 2, -4}});
  const int first = count(image, line_color(0), 0.0, 0.27, 0),
            second = count(image, line_color(0), 0.3, 0.5, 0);
  const int third = count(image, line_color(0), 0.53, 0.75, 0),
            fourth = count(image, line_color(0), 0.755, 1.0, 0);
  CHECK(second == 0);
  CHECK(first == doctest::Approx(2 * third).epsilon(0.03));
  CHECK(fourth == doctest::Approx(first).epsilon(0.03));
}

TEST_CASE("what bars should be is a line over them, and within the axis") {
  const BarChart plain{.values = {1, 2, 1}}, beside{.values = {1, 2, 1}, .expected = {1, 8, 1}};
  const Image image = draw_chart(beside);
  CHECK(count(draw_chart(plain), line_color(1)) == 0);
  CHECK(count(image, line_color(1)) > 300);
  CHECK(count(image, line_color(0)) < 0.5 * count(draw_chart(plain), line_color(0)));
  CHECK_THROWS_AS(draw_chart(BarChart{.values = {1, 2}, .expected = {1}}), Error);
}

TEST_CASE("lengths that disagree and axes that cannot be are refused with a sentence") {
  CHECK_THROWS_AS(draw_chart(LineChart{.series = {{"a", {0, 1}, {1}}}}), Error);
  CHECK_THROWS_AS(draw_chart(LineChart{.series = {{"a", {0, 1}, {1, 2}, {0}, {3}}}}), Error);
  CHECK_THROWS_AS(draw_chart(LineChart{.y_low = 2, .y_high = 1}), Error);
  CHECK_THROWS_AS(draw_chart(LineChart{.log_y = true, .y_low = 0}), Error);
  CHECK_THROWS_AS(draw_chart(LineChart{.width = 100}), Error);
  CHECK_THROWS_AS(draw_chart(ScatterChart{.x = {0}, .y = {0}, .label = {}}), Error);
  CHECK_THROWS_AS(draw_chart(ScatterChart{.x = {0}, .y = {0}, .label = {-1}}), Error);
  CHECK_THROWS_AS(draw_chart(BarChart{.values = {1, 2}, .names = {"a"}}), Error);
}

}  // namespace gradzoo
