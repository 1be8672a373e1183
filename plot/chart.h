#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "plot/canvas.h"
#include "plot/drawing.h"
#include "plot/palette.h"

namespace gradzoo {

/// One curve. A y that is not finite makes a gap; x and y have one length.
struct Series {
  std::string name = {};
  std::vector<double> x = {}, y = {};
  std::vector<double> low = {}, high = {};  ///< a band around y (spread over seeds); both empty: none
  bool joined = true;                       ///< false: points alone
  std::optional<std::size_t> color = {};    ///< place in the palette; else the series' own
  std::optional<Dash> dash = {};            ///< else as its place in the palette says
};

/// A horizontal line for the eye: a floor, a target, a published value.
struct Level {
  std::string name = {};
  double value = 0;
};

struct LineChart {
  std::string title = {}, x_label = {}, y_label = {};
  std::string caption = {};  ///< below it on a page
  std::vector<Series> series = {};
  std::vector<Level> levels = {};
  bool log_x = false, log_y = false;
  std::optional<double> y_low = {},
                        y_high = {};  ///< else chosen so that a few wild values do not flatten the rest
  int width = 760, height = 460;
};

/// Bars from zero; a value that is not finite leaves its place empty.
struct BarChart {
  std::string title = {}, x_label = {}, y_label = {};
  std::vector<double> values = {};
  std::vector<std::string> names = {};  ///< one a bar; empty: 1, 2, 3, ...
  std::vector<double> expected = {};    ///< one a bar, joined by a line: what they should be; empty: none
  std::string values_name = {}, expected_name = "expected of the truth";  ///< in the legend; "": not there
  int width = 640, height = 360;
};

/// A chart as an SVG file that is read alone or in a page, by day and by night.
struct SvgChart {
  std::string svg;
  Rect plot;  ///< where the axes' ranges are, in its units
};

/// Each draws its chart. They throw Error if lengths disagree, or for an axis that cannot be.
SvgChart svg_chart(const LineChart& chart);
Drawing draw_chart(const LineChart& chart);
Drawing draw_chart(const BarChart& chart);

/// Two charts in one file.
Drawing side_by_side(const LineChart& left, const LineChart& right);

/// At most about `limit` points of `series` that look the same when drawn: the first, the last, the lowest
/// and the highest of each stretch, and every gap.
Series thinned(const Series& series, std::size_t limit);

/// The style's classes of a pen: "s3 dashes".
std::string pen_class(LinePen pen);

}  // namespace gradzoo
