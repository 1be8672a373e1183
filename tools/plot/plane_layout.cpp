#include "tools/plot/plane_layout.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "base/error.h"

namespace gradzoo {
namespace {

constexpr std::size_t kViewsInARow = 4;
constexpr double kMostWidth = 1400, kMostHeight = 500;
constexpr double kLeft = 48, kBetween = 14, kTop = 38, kBottom = 34, kScaleWidth = 76, kBar = 14;

double length(Range range) { return range.high - range.low; }

void check_view(const PlaneView& view) {
  check_field(view.density);
  check_field(view.contours);
  const double across = length(view.x), up = length(view.y);
  if (std::isfinite(across) && std::isfinite(up) && across > 0 && up > 0 && across <= 10 * up &&
      up <= 10 * across)
    return;
  throw Error(
      fmt::format("plane '{}': a rectangle from ({}, {}) to ({}, {}) cannot be drawn. Hint: low below high, "
                  "and neither side more than ten times the other.",
                  view.title, view.x.low, view.y.low, view.x.high, view.y.high));
}

struct Extent {
  double across = 0, up = 0;
};

/// Units along a row of views, and the highest of them.
Extent extent(std::span<const PlaneView> row) {
  Extent result;
  for (const PlaneView& view : row) {
    result.across += length(view.x);
    result.up = std::max(result.up, length(view.y));
  }
  return result;
}

std::vector<std::span<const PlaneView>> rows_of(const std::vector<PlaneView>& views) {
  std::vector<std::span<const PlaneView>> rows;
  for (std::size_t first = 0; first < views.size(); first += kViewsInARow)
    rows.push_back(std::span(views).subspan(first, std::min(kViewsInARow, views.size() - first)));
  return rows;
}

double borders(std::size_t views) { return static_cast<double>(views) * (kLeft + kBetween); }

}  // namespace

PlaneLayout lay_out(const std::vector<PlaneView>& views, bool with_scale) {
  if (views.empty()) throw Error("planes: there is none to draw. Hint: give at least one.");
  for (const PlaneView& view : views) check_view(view);
  const double scale_width = with_scale ? kScaleWidth : 0;
  double pixels_per_unit = std::numeric_limits<double>::infinity();
  for (const auto row : rows_of(views)) {
    const auto [across, up] = extent(row);
    pixels_per_unit = std::min({pixels_per_unit, (kMostWidth - borders(row.size()) - scale_width) / across,
                                (kMostHeight - kTop - kBottom) / up});
  }

  PlaneLayout layout;
  double top = kTop, right = 0;
  for (const auto row : rows_of(views)) {
    double left = kLeft;
    const double height = std::round(extent(row).up * pixels_per_unit);
    for (const PlaneView& view : row) {
      const double width = std::max(1.0, std::floor(length(view.x) * pixels_per_unit));
      const double own_height = std::max(1.0, std::round(length(view.y) * pixels_per_unit));
      layout.plots.push_back({left, top + height - own_height, width, own_height});
      left += width + kBetween + kLeft;
    }
    right = std::max(right, left - kLeft);
    top += height + kBottom + kTop;
  }
  if (with_scale) layout.scale = {right + 10, layout.plots[0].y, kBar, layout.plots[0].height};
  layout.width = static_cast<int>(right + scale_width);
  layout.height = static_cast<int>(top - kTop);
  return layout;
}

std::vector<Tick> plane_ticks(Range range, double pixels) {
  return ticks({range}, std::max(2, static_cast<int>(pixels / 70)));
}

}  // namespace gradzoo
