#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "plot/image.h"
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
  int width = 900, height = 560;
};

/// Points (x, y), one unit as long on both axes, coloured by label; at the median of each class stands its
/// label. x, y and label have one length.
struct ScatterChart {
  std::string title = {}, x_label = {}, y_label = {};
  std::vector<double> x = {}, y = {};
  std::vector<int> label = {};  ///< >= 0; labels from 10 on use the colours again
  int width = 800, height = 800;
};

/// Bars from zero; a value that is not finite leaves its place empty.
struct BarChart {
  std::string title = {}, x_label = {}, y_label = {};
  std::vector<double> values = {};
  std::vector<std::string> names = {};  ///< one a bar; empty: 1, 2, 3, ...
  std::vector<double> expected = {};    ///< one a bar, joined by a line: what they should be; empty: none
  std::string values_name = {}, expected_name = "expected of the truth";  ///< in the legend; "": not there
  int width = 900, height = 480;
};

/// Each draws its chart. They throw Error if lengths disagree or if there is no room for the plot (200 x 150
/// pixels).
Image draw_chart(const LineChart& chart);
Image draw_chart(const ScatterChart& chart);
Image draw_chart(const BarChart& chart);

}  // namespace gradzoo
