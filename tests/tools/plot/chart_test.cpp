#include "tools/plot/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "base/error.h"
#include "tools/plot/frame.h"
#include "tools/plot/palette.h"

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

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

Vector times(const Matrix& m, const Vector& v) {
  Vector result{};
  for (std::size_t i = 0; i < 3; ++i) result[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
  return result;
}

/// CIE L*a*b* of a colour as an eye with the given response (on linear RGB) sees it.
Vector lab(Color color, const Matrix& eye) {
  const auto linear = [](std::uint8_t c) {
    return c <= 10 ? c / 255.0 / 12.92 : std::pow((c / 255.0 + 0.055) / 1.055, 2.4);
  };
  Vector rgb = times(eye, {linear(color.red), linear(color.green), linear(color.blue)});
  for (double& c : rgb) c = std::clamp(c, 0.0, 1.0);
  constexpr Matrix kToXyz{{{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}};
  const Vector xyz = times(kToXyz, rgb);
  const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116; };
  const double x = f(xyz[0] / 0.9505), y = f(xyz[1]), z = f(xyz[2] / 1.089);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
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
  chart.names = {"only the first has a name"};
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

TEST_CASE("the colours of ten classes differ for the usual eye, and without red or green cones") {
  // Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
  constexpr Matrix kUsual{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  constexpr Matrix kNoRed{
      {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}};
  constexpr Matrix kNoGreen{
      {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};
  for (const Matrix& eye : {kUsual, kNoRed, kNoGreen}) {
    for (std::size_t i = 0; i < 10; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        CAPTURE(i);
        CAPTURE(j);
        const Vector a = lab(class_color(i), eye), b = lab(class_color(j), eye);
        CHECK(std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) > 15);  // 2.3 is just noticeable
      }
    }
  }
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
