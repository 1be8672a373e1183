#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "gradzoo/base/error.h"
#include "gradzoo/plot/plane.h"

namespace gradzoo {
namespace {

bool all_finite(std::span<const double> values) {
  return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

/// Where on the way from a to b the level is met.
Point crossing(Point a, double value_a, Point b, double value_b, double level) {
  const double t = (level - value_a) / (value_b - value_a);
  return {std::lerp(a.x, b.x, t), std::lerp(a.y, b.y, t)};
}

/// The segments of one square, whose corners are given in the order they are met walking around it.
void add_segments(const Point (&corners)[4], const double (&values)[4], double level,
                  std::vector<std::vector<Point>>& segments) {
  std::vector<Point> crossings;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t next = (i + 1) % 4;
    if ((values[i] >= level) != (values[next] >= level))
      crossings.push_back(crossing(corners[i], values[i], corners[next], values[next], level));
  }
  if (crossings.size() == 2) segments.push_back(crossings);
  if (crossings.size() < 4) return;
  // A saddle: the mean of the corners stands for the middle, and says which two corners hang together.
  const bool middle_above = (values[0] + values[1] + values[2] + values[3]) / 4 >= level;
  const bool cut_off_first = (values[0] >= level) != middle_above;
  segments.push_back({crossings[0], crossings[cut_off_first ? 3 : 1]});
  segments.push_back({crossings[2], crossings[cut_off_first ? 1 : 3]});
}

}  // namespace

double Field::at(std::int64_t row, std::int64_t column) const {
  return values[static_cast<std::size_t>(row * columns + column)];
}

double Field::interpolated(double x, double y) const {
  const double column = std::clamp(x, 0.0, static_cast<double>(columns - 1));
  const double row = std::clamp(y, 0.0, static_cast<double>(rows - 1));
  const auto left = static_cast<std::int64_t>(column), below = static_cast<std::int64_t>(row);
  const std::int64_t right = std::min(left + 1, columns - 1), above = std::min(below + 1, rows - 1);
  const double across = column - static_cast<double>(left), up = row - static_cast<double>(below);
  const double corners[4] = {at(below, left), at(below, right), at(above, left), at(above, right)};
  if (!all_finite(corners)) return std::numeric_limits<double>::quiet_NaN();
  return std::lerp(std::lerp(corners[0], corners[1], across), std::lerp(corners[2], corners[3], across), up);
}

void check_field(const Field& field) {
  if (field.rows >= 0 && field.columns >= 0 &&
      static_cast<std::size_t>(field.rows * field.columns) == field.values.size())
    return;
  throw Error("field: {} values for {} rows of {}. Hint: give one value per grid point, row by row",
              field.values.size(), field.rows, field.columns);
}

std::vector<std::vector<Point>> contour_lines(const Field& field, double level) {
  check_field(field);
  std::vector<std::vector<Point>> segments;
  for (std::int64_t row = 0; row + 1 < field.rows; ++row) {
    for (std::int64_t column = 0; column + 1 < field.columns; ++column) {
      const double values[4] = {field.at(row, column), field.at(row, column + 1),
                                field.at(row + 1, column + 1), field.at(row + 1, column)};
      if (!all_finite(values)) continue;
      const auto x = static_cast<double>(column), y = static_cast<double>(row);
      add_segments({{x, y}, {x + 1, y}, {x + 1, y + 1}, {x, y + 1}}, values, level, segments);
    }
  }
  return segments;
}

std::vector<double> highest_density_levels(const Field& density, std::span<const double> shares) {
  std::vector<double> descending;
  for (const double value : density.values)
    if (std::isfinite(value) && value > 0) descending.push_back(value);
  std::ranges::sort(descending, std::greater<>());
  const double total = std::accumulate(descending.begin(), descending.end(), 0.0);
  std::vector<double> levels;
  if (descending.empty()) return levels;
  for (const double share : shares) {
    double held = 0;
    std::size_t i = 0;
    while (i + 1 < descending.size() && held + descending[i] < share * total) held += descending[i++];
    levels.push_back(descending[i]);
  }
  return levels;
}

}  // namespace gradzoo
