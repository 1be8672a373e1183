#include "gradzoo/plot/plane.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <span>

#include <fmt/format.h>

#include "gradzoo/base/error.h"
#include "gradzoo/base/function_ref.h"
#include "gradzoo/plot/chart.h"
#include "plot/font.h"

namespace gradzoo {
namespace {

constexpr Color kUndefined{226, 226, 226}, kContour{70, 76, 90}, kDot{213, 94, 0};
constexpr double kPlaneTickSize = 11, kPlaneTitleSize = 14;

double greatest(const Field& field) {
  double result = 0;
  for (const double value : field.values)
    if (std::isfinite(value)) result = std::max(result, value);
  return result;
}

/// How values become colours.
struct ColorScale {
  double top = 0;       // what gets the darkest colour; 0 where there is nothing to show
  bool by_root = true;  // else in even steps
  double share(double value) const {
    const double x = std::clamp(value / (top > 0 ? top : 1), 0.0, 1.0);
    return by_root ? std::sqrt(x) : x;
  }
  double value(double share) const { return (by_root ? share * share : share) * top; }
};

ColorScale color_scale(const std::vector<PlaneView>& views) {
  if (std::ranges::any_of(views, &PlaneView::probability)) return {1, false};
  double highest = 0, flattest = 0;
  for (const PlaneView& view : views) {
    const double peak = greatest(view.density);
    if (peak <= 0) continue;
    highest = std::max(highest, peak);
    flattest = flattest > 0 ? std::min(flattest, peak) : peak;
  }
  return {std::min(highest, 6 * flattest), true};
}

/// In bands, like the colours of a map: their borders are contours.
Color banded_color(double share) {
  constexpr double kBands = 16;
  return density_color(std::round(share * kBands) / kBands);
}

std::vector<Tick> plane_ticks(Range range, double pixels) {
  return ticks({range}, std::max(2, static_cast<int>(pixels / 70)));
}

constexpr Color kArrow{30, 34, 44}, kSeam{255, 255, 255};

double size_of(const Arrow& arrow) { return std::hypot(arrow.vector.x, arrow.vector.y); }

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// The median over the tails of the distance to the nearest other one; 0 for fewer than two. Of very many
/// arrows some tails speak for all.
double usual_distance(const std::vector<Arrow>& arrows) {
  constexpr std::size_t kAsked = 200;
  const std::size_t every = arrows.size() / kAsked + 1;
  std::vector<double> distances;
  for (std::size_t i = 0; i < arrows.size(); i += every) {
    double nearest = std::numeric_limits<double>::infinity();
    for (const Arrow& other : arrows) {
      const double distance = std::hypot(other.tail.x - arrows[i].tail.x, other.tail.y - arrows[i].tail.y);
      if (distance > 0) nearest = std::min(nearest, distance);
    }
    if (std::isfinite(nearest)) distances.push_back(nearest);
  }
  return distances.empty() ? 0 : median(distances);
}

/// A shaft from the tail along a unit vector, and two barbs of a third of its length.
void add_arrow(Point tail, Point along, double length, std::vector<std::vector<Point>>& lines) {
  const Point tip{tail.x + length * along.x, tail.y + length * along.y};
  constexpr double kBarb = 0.34, kAngle = 5 * std::numbers::pi / 6;
  const double cosine = std::cos(kAngle), sine = std::sin(kAngle);
  const auto barb = [&](double s) {
    return Point{tip.x + kBarb * length * (along.x * cosine - s * along.y),
                 tip.y + kBarb * length * (along.y * cosine + s * along.x)};
  };
  lines.push_back({tail, tip});
  lines.push_back({barb(sine), tip, barb(-sine)});
}

/// Draws arrows with a light seam, so that they stand out from any density; one of length 0 is a dot. `place`
/// maps units to pixels.
void draw_arrows(Canvas& canvas, const std::vector<Arrow>& arrows, const ArrowScale& scale,
                 FunctionRef<Point(Point)> place) {
  if (arrows.empty()) return;
  std::vector<std::vector<Point>> lines;
  for (const Arrow& arrow : arrows) {
    const double size = size_of(arrow);
    if (!std::isfinite(size)) continue;
    const Point tail = place(arrow.tail);
    if (size == 0) {
      lines.push_back({tail});
      continue;
    }
    const double share = std::log1p(size / scale.median) / std::log1p(scale.longest / scale.median);
    add_arrow(tail, {arrow.vector.x / size, -arrow.vector.y / size}, scale.length * std::min(1.0, share),
              lines);
  }
  canvas.stroke(lines, {.width = 3.4, .color = kSeam, .opacity = 0.6});
  canvas.stroke(lines, {.width = 1.5, .color = kArrow});
}

/// A view and where it stands: maps units to pixels.
class Panel {
 public:
  Panel(Canvas& canvas, const PlaneView& view, Rect plot) : canvas_(canvas), view_(view), plot_(plot) {}

  void draw(const ColorScale& colors, const ArrowScale& arrows) {
    canvas_.set_clip(plot_);
    draw_density(colors);
    draw_grid_lines();
    draw_contours();
    draw_paths();
    draw_points();
    draw_arrows(canvas_, view_.arrows, arrows, [this](Point p) { return pixel(p.x, p.y); });
    canvas_.clear_clip();
    draw_axes();
  }

 private:
  Point pixel(double x, double y) const {
    return {plot_.x + (x - view_.x.low) / (view_.x.high - view_.x.low) * plot_.width,
            plot_.y + (view_.y.high - y) / (view_.y.high - view_.y.low) * plot_.height};
  }

  void draw_density(const ColorScale& colors) {
    const Field& field = view_.density;
    if (field.empty()) return;
    for (double j = 0; j < plot_.height; ++j) {
      for (double i = 0; i < plot_.width; ++i) {
        // The grid's cells fill the plot, and its values stand at their centres.
        const double column = (i + 0.5) / plot_.width * static_cast<double>(field.columns) - 0.5;
        const double row = (1 - (j + 0.5) / plot_.height) * static_cast<double>(field.rows) - 0.5;
        const double value = field.interpolated(column, row);
        const Color color = std::isnan(value) ? kUndefined : banded_color(colors.share(value));
        canvas_.fill_rect({plot_.x + i, plot_.y + j, 1, 1}, color);
      }
    }
  }

  void draw_grid_lines() {
    if (!view_.density.empty()) return;
    for (const Tick& tick : plane_ticks(view_.x, plot_.width))
      canvas_.fill_rect({std::round(pixel(tick.value, 0).x), plot_.y, 1, plot_.height}, kGridLine);
    for (const Tick& tick : plane_ticks(view_.y, plot_.height))
      canvas_.fill_rect({plot_.x, std::round(pixel(0, tick.value).y), plot_.width, 1}, kGridLine);
  }

  void draw_contours() {
    const Field& field = view_.contours;
    if (field.empty()) return;
    constexpr std::array kShares{0.5, 0.9, 0.99};
    std::vector<std::vector<Point>> lines;
    for (const double level : highest_density_levels(field, kShares)) {
      // A hair lower: a flat density's border stays one line, whatever its rounding.
      for (std::vector<Point>& line : contour_lines(field, level * (1 - 1e-3))) {
        for (Point& p : line) {
          p = {plot_.x + (p.x + 0.5) / static_cast<double>(field.columns) * plot_.width,
               plot_.y + (1 - (p.y + 0.5) / static_cast<double>(field.rows)) * plot_.height};
        }
        lines.push_back(std::move(line));
      }
    }
    canvas_.stroke(lines, {.width = 1.2, .color = kContour, .opacity = 0.75});
  }

  void draw_paths() {
    for (std::size_t i = 0; i < view_.paths.size(); ++i) {
      std::vector<Point> line;
      for (const Point& p : view_.paths[i]) line.push_back(pixel(p.x, p.y));
      if (line.empty()) continue;
      canvas_.stroke(line, {.width = 1.3, .color = class_color(i), .opacity = 0.85});
      canvas_.fill_circle(line.front(), 4, class_color(i));
    }
  }

  void draw_points() {
    const bool many = view_.points.size() > 400;
    const double radius = (many ? 1.8 : 2.8) * (view_.labels.empty() ? 1 : 1.4), opacity = many ? 0.5 : 0.7;
    std::size_t outside = 0;
    for (const Point& p : view_.points) {
      // Not finite counts as outside too.
      const bool inside =
          p.x >= view_.x.low && p.x <= view_.x.high && p.y >= view_.y.low && p.y <= view_.y.high;
      outside += inside ? 0 : 1;
      const std::size_t i = static_cast<std::size_t>(&p - view_.points.data());
      const Color color =
          view_.labels.empty() ? kDot : class_color(static_cast<std::size_t>(view_.labels[i]));
      if (inside) canvas_.fill_circle(pixel(p.x, p.y), radius, color, opacity);
    }
    draw_class_names();
    if (outside == 0) return;
    const std::string remark = fmt::format("{} of {} points outside", outside, view_.points.size());
    const double width = text_width(remark, 10);
    canvas_.fill_rect({plot_.x + plot_.width - width - 12, plot_.y + 4, width + 8, 18}, {255, 255, 255},
                      0.85);
    draw_text(canvas_, {plot_.x + plot_.width - 8, plot_.y + 18}, remark,
              {.size = 10, .color = kInk, .anchor = Anchor::right});
  }

  // The classes' names where most of their points are: colours alone do not name ten classes.
  void draw_class_names() {
    std::map<int, std::array<std::vector<double>, 2>> of_label;
    for (std::size_t i = 0; i < view_.labels.size(); ++i) {
      const Point p = pixel(view_.points[i].x, view_.points[i].y);
      if (!std::isfinite(p.x) || !std::isfinite(p.y)) continue;
      of_label[view_.labels[i]][0].push_back(p.x), of_label[view_.labels[i]][1].push_back(p.y);
    }
    if (of_label.size() < 2) return;
    for (auto& [label, places] : of_label) {
      constexpr double kSize = 18;
      const std::string name = fmt::format("{}", label);
      const Point middle{median(places[0]), median(places[1])};
      const double width = text_width(name, kSize) + 18;
      canvas_.fill_rect({middle.x - width / 2, middle.y - 16, width, 32}, kPaper, 0.82);
      draw_text(canvas_, {middle.x, middle.y + kSize / 2}, name,
                {.size = kSize, .color = kInk, .anchor = Anchor::middle, .bold = true});
    }
  }

  void draw_axes() {
    const double right = plot_.x + plot_.width, bottom = plot_.y + plot_.height;
    canvas_.fill_rect({plot_.x - 1, plot_.y - 1, plot_.width + 2, 1}, kAxisLine);
    canvas_.fill_rect({plot_.x - 1, bottom, plot_.width + 2, 1}, kAxisLine);
    canvas_.fill_rect({plot_.x - 1, plot_.y, 1, plot_.height}, kAxisLine);
    canvas_.fill_rect({right, plot_.y, 1, plot_.height}, kAxisLine);
    const TextStyle below{.size = kPlaneTickSize, .color = kSoftInk, .anchor = Anchor::middle};
    for (const Tick& tick : plane_ticks(view_.x, plot_.width)) {
      const double x = std::round(pixel(tick.value, 0).x);
      canvas_.fill_rect({x, bottom, 1, 6}, kAxisLine);
      draw_text(canvas_, {x, bottom + 9 + kPlaneTickSize}, tick.label, below);
    }
    const TextStyle beside{.size = kPlaneTickSize, .color = kSoftInk, .anchor = Anchor::right};
    for (const Tick& tick : plane_ticks(view_.y, plot_.height)) {
      const double y = std::round(pixel(0, tick.value).y);
      canvas_.fill_rect({plot_.x - 6, y, 6, 1}, kAxisLine);
      draw_text(canvas_, {plot_.x - 9, y + kPlaneTickSize / 2}, tick.label, beside);
    }
    const double natural = text_width(view_.title, kPlaneTitleSize);
    const double size = natural > plot_.width ? kPlaneTitleSize * plot_.width / natural : kPlaneTitleSize;
    draw_text(canvas_, {(plot_.x + right) / 2, plot_.y - 11}, view_.title,
              {.size = size, .color = kInk, .anchor = Anchor::middle, .bold = size > 11});
  }

  Canvas& canvas_;
  const PlaneView& view_;
  Rect plot_;
};

/// A bar of the colours at the right, with densities beside it.
void draw_scale(Canvas& canvas, Rect bar, const ColorScale& colors, const std::string& name) {
  for (double j = 0; j < bar.height; ++j)
    canvas.fill_rect({bar.x, bar.y + j, bar.width, 1}, banded_color(1 - (j + 0.5) / bar.height));
  for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const double y = std::round(bar.y + (1 - share) * bar.height);
    canvas.fill_rect({bar.x + bar.width, y - (share > 0 ? 0 : 1), 5, 1}, kAxisLine);
    draw_text(canvas, {bar.x + bar.width + 9, y + kPlaneTickSize / 2}, short_number(colors.value(share), 2),
              {.size = kPlaneTickSize, .color = kSoftInk});
  }
  draw_text(canvas, {bar.x, bar.y - 11}, name, {.size = kPlaneTickSize, .color = kSoftInk});
}

constexpr std::size_t kViewsInARow = 4;
constexpr double kMostWidth = 1400, kMostHeight = 500, kMostHeightLabelled = 800;
constexpr double kLeft = 48, kBetween = 14, kTop = 38, kBottom = 34, kScaleWidth = 76, kBar = 14;

double length(Range range) { return range.high - range.low; }

void check_view(const PlaneView& view) {
  check_field(view.density);
  check_field(view.contours);
  if ((!view.labels.empty() && view.labels.size() != view.points.size()) ||
      std::ranges::any_of(view.labels, [](int label) { return label < 0; }))
    throw Error("plane '{}': {} labels for {} points. Hint: give one label per point, from 0", view.title,
                view.labels.size(), view.points.size());
  const double across = length(view.x), up = length(view.y);
  if (std::isfinite(across) && std::isfinite(up) && across > 0 && up > 0 && across <= 10 * up &&
      up <= 10 * across)
    return;
  throw Error(
      "plane '{}': a rectangle from ({}, {}) to ({}, {}) cannot be drawn. Hint: set low below high, and no "
      "side more than ten times the other",
      view.title, view.x.low, view.y.low, view.x.high, view.y.high);
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
  if (views.empty()) throw Error("planes: the list of views is empty. Hint: give at least one");
  for (const PlaneView& view : views) check_view(view);
  const double scale_width = with_scale ? kScaleWidth : 0;
  const double most_height = views[0].labels.empty() ? kMostHeight : kMostHeightLabelled;
  double pixels_per_unit = std::numeric_limits<double>::infinity();
  for (const auto row : rows_of(views)) {
    const auto [across, up] = extent(row);
    pixels_per_unit = std::min({pixels_per_unit, (kMostWidth - borders(row.size()) - scale_width) / across,
                                (most_height - kTop - kBottom) / up});
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

ArrowScale arrow_scale(const std::vector<PlaneView>& views, double pixels_per_unit) {
  std::vector<double> sizes;
  double distance = 0;
  for (const PlaneView& view : views) {
    for (const Arrow& arrow : view.arrows) {
      const double size = size_of(arrow);
      if (std::isfinite(size) && size > 0) sizes.push_back(size);
    }
    const double here = usual_distance(view.arrows);
    if (here > 0) distance = distance > 0 ? std::min(distance, here) : here;
  }
  if (sizes.empty()) return {};
  std::ranges::sort(sizes);
  constexpr double kAlone = 60, kShortest = 8;
  const double length = distance > 0 ? 0.95 * distance * pixels_per_unit : kAlone;
  return {sizes[sizes.size() / 2], sizes[sizes.size() * 9 / 10], std::clamp(length, kShortest, kAlone)};
}

Image draw_planes(const std::vector<PlaneView>& views) {
  const ColorScale colors = color_scale(views);
  const PlaneLayout layout = lay_out(views, colors.top > 0);
  const double pixels_per_unit = layout.plots[0].width / (views[0].x.high - views[0].x.low);
  const ArrowScale arrows = arrow_scale(views, pixels_per_unit);
  Canvas canvas(layout.width, layout.height, {255, 255, 255});
  for (std::size_t i = 0; i < views.size(); ++i)
    Panel(canvas, views[i], layout.plots[i]).draw(colors, arrows);
  const auto first = std::ranges::find_if(views, [](const PlaneView& view) { return !view.density.empty(); });
  if (colors.top > 0) draw_scale(canvas, layout.scale, colors, first->density_name);
  return canvas.take();
}

}  // namespace gradzoo
