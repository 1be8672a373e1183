#pragma once

#include <string>
#include <vector>

#include "plot/canvas.h"
#include "plot/chart.h"
#include "plot/palette.h"
#include "plot/scale.h"

namespace gradzoo {

struct LegendEntry {
  std::string name = {};
  Color color = {};
  enum class Mark { line, dot } mark = Mark::line;
  Dash dash = Dash::none;
};

struct FrameText {
  std::string title = {}, x_label = {}, y_label = {};
  std::vector<LegendEntry> legend = {};
};

/// The pieces of a line that a dashed pen draws.
std::vector<std::vector<Point>> dashed(const std::vector<Point>& line, Dash dash);

/// Everything of a chart but its data: paper, title, legend, axes with ticks, and the map from data to
/// pixels.
class Frame {
 public:
  /// `x_ticks` as they shall stand, or empty: chosen. Throws Error if the plot would be smaller than 200 x
  /// 150 pixels.
  Frame(int width, int height, const FrameText& text, Scale x, Scale y, std::vector<Tick> x_ticks = {});

  /// Pixel of a data point; not finite where there is none.
  Point at(double x, double y) const;
  const Rect& plot() const { return plot_; }
  const Scale& x() const { return x_; }
  const Scale& y() const { return y_; }

  /// Drawing is clipped to the plot until finish().
  Canvas& canvas() { return canvas_; }

  /// A dashed line across the plot at y = level.value.
  void draw_level(const Level& level, Color color);
  /// A small remark in the plot's upper right corner.
  void remark(const std::string& text);
  Image finish();

  /// Makes the shorter range longer until one unit is as long along x as along y.
  static void equalise_units(int width, int height, Scale& x, Scale& y);

 private:
  double draw_legend(const std::vector<LegendEntry>& legend, double top);
  void draw_axes(const FrameText& text, const std::vector<Tick>& x_ticks, const std::vector<Tick>& y_ticks);

  Canvas canvas_;
  Rect plot_;
  Scale x_, y_;
  std::string remark_;
};

}  // namespace gradzoo
