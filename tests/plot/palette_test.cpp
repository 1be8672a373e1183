#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/plot/chart.h"
#include "support/approx.h"

namespace gradzoo {
namespace {

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

Vector times(const Matrix& m, const Vector& v) {
  Vector result{};
  for (std::size_t i = 0; i < 3; ++i) result[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
  return result;
}

constexpr Matrix kUsual{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};

/// CIE L*a*b* of a colour as an eye with the given response (on linear RGB) sees it.
Vector lab(Color color, const Matrix& eye = kUsual) {
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

TEST_CASE("equal steps of density look equal, and more is always darker") {
  std::vector<double> steps;
  for (int i = 0; i < 12; ++i) {
    const auto a = lab(density_color(i / 12.0)), b = lab(density_color((i + 1) / 12.0));
    CHECK(b[0] < a[0] - 3);
    steps.push_back(std::hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]));
  }
  for (const double step : steps) CHECK(step == approx(steps[0]).epsilon(0.15));
}

TEST_CASE("shares beyond 0 to 1 take the colours of the ends") {
  CHECK(density_color(-1) == Color{255, 255, 255});
  CHECK(density_color(std::numeric_limits<double>::quiet_NaN()) == Color{255, 255, 255});
  CHECK(density_color(2) == density_color(1));
  CHECK(density_color(std::numeric_limits<double>::infinity()) == density_color(1));
}

TEST_CASE("colours of classes and lines differ by day and night, for eyes without red or green cones too") {
  // Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
  constexpr Matrix kNoRed{
      {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}};
  constexpr Matrix kNoGreen{
      {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};
  const auto check = [&](const auto& colors) {
    for (const Matrix& eye : {kUsual, kNoRed, kNoGreen}) {
      for (std::size_t i = 0; i < colors.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
          CAPTURE(i);
          CAPTURE(j);
          const Vector a = lab(colors[i], eye), b = lab(colors[j], eye);
          CHECK(std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) > 15);  // 2.3 is just noticeable
        }
      }
    }
  };
  check(kClassColors);
  check(kLineColors);
  check(kNightLineColors);
}

}  // namespace gradzoo
