#include "tools/plot/colormap.h"

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

namespace gradzoo {
namespace {

/// CIE L*a*b* (D65) of an sRGB colour.
std::array<double, 3> lab(Color color) {
  const auto linear = [](std::uint8_t c) {
    return c <= 10 ? c / 255.0 / 12.92 : std::pow((c / 255.0 + 0.055) / 1.055, 2.4);
  };
  const double r = linear(color.red), g = linear(color.green), b = linear(color.blue);
  const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116; };
  const double x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const double y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const double z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
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
  for (const double step : steps) CHECK(step == doctest::Approx(steps[0]).epsilon(0.15));
}

TEST_CASE("shares beyond 0 to 1 take the colours of the ends") {
  CHECK(density_color(-1) == Color{255, 255, 255});
  CHECK(density_color(std::numeric_limits<double>::quiet_NaN()) == Color{255, 255, 255});
  CHECK(density_color(2) == density_color(1));
  CHECK(density_color(std::numeric_limits<double>::infinity()) == density_color(1));
}

}  // namespace gradzoo
