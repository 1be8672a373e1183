#include "tools/plot/plane.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "tools/plot/colormap.h"
#include "tools/plot/font.h"
#include "tools/plot/palette.h"
#include "tools/plot/plane_arrows.h"
#include "tools/plot/plane_layout.h"

namespace gradzoo {
namespace {

constexpr Color kUndefined{226, 226, 226}, kContour{70, 76, 90}, kDot{213, 94, 0};
constexpr double kPlaneTickSize = 11, kPlaneTitleSize = 14;

double greatest(const Field& field) {
  double result = 0;
  for (const double value : field.values) {
    if (std::isfinite(value)) result = std::max(result, value);
  }
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

/// A view and where it stands: maps units to pixels.
class Panel {
 public:
  Panel(Canvas& canvas, const PlaneView& view, Rect plot) : canvas_(canvas), view_(view), plot_(plot) {}

  void draw(const ColorScale& colors, const ArrowScale& arrows) {
    canvas_.set_clip(plot_);
    draw_density(colors);
    draw_grid_lines();
    draw_contours();
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

  void draw_points() {
    const bool many = view_.points.size() > 400;
    const double radius = many ? 1.8 : 2.8, opacity = many ? 0.5 : 0.7;
    std::size_t outside = 0;
    for (const Point p : view_.points) {
      // Not finite counts as outside too.
      const bool inside =
          p.x >= view_.x.low && p.x <= view_.x.high && p.y >= view_.y.low && p.y <= view_.y.high;
      outside += inside ? 0 : 1;
      if (inside) canvas_.fill_circle(pixel(p.x, p.y), radius, kDot, opacity);
    }
    if (outside == 0) return;
    const std::string remark = fmt::format("{} of {} points outside", outside, view_.points.size());
    const double width = text_width(remark, 10);
    canvas_.fill_rect({plot_.x + plot_.width - width - 12, plot_.y + 4, width + 8, 18}, {255, 255, 255},
                      0.85);
    draw_text(canvas_, {plot_.x + plot_.width - 8, plot_.y + 18}, remark,
              {.size = 10, .color = kInk, .anchor = Anchor::right});
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
  for (double j = 0; j < bar.height; ++j) {
    canvas.fill_rect({bar.x, bar.y + j, bar.width, 1}, banded_color(1 - (j + 0.5) / bar.height));
  }
  for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const double y = std::round(bar.y + (1 - share) * bar.height);
    canvas.fill_rect({bar.x + bar.width, y - (share > 0 ? 0 : 1), 5, 1}, kAxisLine);
    draw_text(canvas, {bar.x + bar.width + 9, y + kPlaneTickSize / 2}, short_number(colors.value(share), 2),
              {.size = kPlaneTickSize, .color = kSoftInk});
  }
  draw_text(canvas, {bar.x, bar.y - 11}, name, {.size = kPlaneTickSize, .color = kSoftInk});
}

}  // namespace

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
