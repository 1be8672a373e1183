#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "gradzoo/base/error.h"
#include "gradzoo/plot/plane.h"
#include "support/approx.h"

namespace gradzoo {
namespace {

template <class F>
Field field(std::int64_t rows, std::int64_t columns, F value) {
  Field result{rows, columns, {}};
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t column = 0; column < columns; ++column)
      result.values.push_back(value(static_cast<double>(column), static_cast<double>(row)));
  return result;
}

double total_length(const std::vector<std::vector<Point>>& segments) {
  double length = 0;
  for (const auto& s : segments) length += std::hypot(s[1].x - s[0].x, s[1].y - s[0].y);
  return length;
}

}  // namespace

TEST_CASE("the contour of a linear field is the line on which it has the level") {
  const Field plane = field(9, 12, [](double x, double y) { return 2 * x - 3 * y + 1; });
  const auto segments = contour_lines(plane, 4.5);
  for (const auto& segment : segments) {
    REQUIRE(segment.size() == 2);
    for (const Point p : segment) CHECK(2 * p.x - 3 * p.y + 1 == approx(4.5));
  }
  // 2 x - 3 y = 3.5 enters the grid (0 to 11, 0 to 8) at (1.75, 0) and leaves it at (11, 18.5 / 3).
  CHECK(total_length(segments) == approx(std::hypot(11 - 1.75, 18.5 / 3)));
}

TEST_CASE("the contours of a round hill are closed circles") {
  // A radius that misses the grid's own points, so that no segment has length 0.
  const Field hill = field(81, 81, [](double x, double y) { return -std::hypot(x - 40, y - 40); });
  const auto segments = contour_lines(hill, -30.3);
  CHECK(total_length(segments) == approx(2 * 3.14159265 * 30.3).epsilon(0.002));
  for (const auto& segment : segments) {
    for (const Point p : segment) {
      CHECK(std::hypot(p.x - 40, p.y - 40) == approx(30.3).epsilon(0.01));
      const auto meets = [&](const std::vector<Point>& other) {
        return std::ranges::any_of(other, [&](Point q) { return std::hypot(p.x - q.x, p.y - q.y) < 1e-9; });
      };
      CHECK(std::ranges::count_if(segments, meets) == 2);  // each end is the end of one other segment
    }
  }
}

TEST_CASE("a saddle joins the corners that its middle sides with") {
  const Field low_middle{2, 2, {1, 0, 0, 0.8}}, high_middle{2, 2, {1, 0.2, 0.2, 1}};
  for (const auto& segment : contour_lines(low_middle, 0.5))  // each line cuts one high corner off: short
    CHECK(std::hypot(segment[1].x - segment[0].x, segment[1].y - segment[0].y) < 0.75);
  // The high corners (0, 0) and (1, 1) hang together: no line crosses the diagonal between them.
  for (const auto& segment : contour_lines(high_middle, 0.5))
    CHECK((segment[0].x - segment[0].y) * (segment[1].x - segment[1].y) > 0);
  for (const auto& segment : contour_lines(low_middle, 0.5))
    CHECK((segment[0].x - segment[0].y) * (segment[1].x - segment[1].y) < 0);
}

TEST_CASE("squares with a corner that is not finite have no line, a level beyond the values none at all") {
  Field plane = field(3, 3, [](double x, double) { return x; });
  CHECK(contour_lines(plane, 0.5).size() == 2);
  CHECK(contour_lines(plane, 7).empty());
  plane.values[0] = std::numeric_limits<double>::quiet_NaN();
  CHECK(contour_lines(plane, 0.5).size() == 1);
  CHECK(contour_lines({}, 0).empty());
  CHECK_THROWS_AS(contour_lines(Field{2, 2, {1, 2, 3}}, 0), Error);
}

TEST_CASE("a field between its centres is bilinear, beyond them as at the border, and NaN beside one") {
  Field plane = field(3, 4, [](double x, double y) { return x + 10 * y + 3 * x * y; });
  CHECK(plane.interpolated(1.25, 1.5) == approx(1.25 + 15 + 3 * 1.25 * 1.5));
  CHECK(plane.interpolated(-2, -2) == 0);
  CHECK(plane.interpolated(99, 99) == approx(3 + 20 + 18));
  plane.values[5] = std::numeric_limits<double>::infinity();
  CHECK(std::isnan(plane.interpolated(1.5, 1.5)));
  CHECK(Field{1, 1, {7}}.interpolated(0.3, 0.3) == 7);
}

TEST_CASE("the levels of a Gaussian's highest-density regions are its own in closed form") {
  constexpr double kStep = 0.05;
  const Field gaussian = field(241, 241, [](double x, double y) {
    const double u = (x - 120) * kStep, v = (y - 120) * kStep;
    return std::exp(-(u * u + v * v) / 2);
  });
  constexpr std::array kShares{0.5, 0.9, 0.99};
  const auto levels = highest_density_levels(gaussian, kShares);
  REQUIRE(levels.size() == 3);
  // In two dimensions P(density > c * peak) = 1 - c.
  for (std::size_t i = 0; i < 3; ++i) CHECK(levels[i] == approx(1 - kShares[i]).epsilon(0.02));
  CHECK(highest_density_levels(Field{1, 2, {0, std::nan("")}}, kShares).empty());
}

}  // namespace gradzoo
