#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "gradzoo/plot/canvas.h"
#include "gradzoo/plot/drawing.h"

namespace gradzoo {

/// Paper, and what is written and ruled on it.
inline constexpr Color kPaper{255, 255, 255}, kInk{38, 42, 51}, kSoftInk{98, 104, 116},
    kGridLine{230, 232, 237}, kAxisLine{150, 155, 166};

/// Lines: Okabe and Ito's colours with a grey and an indigo, told apart with any colour vision, the strongest
/// first; and the same on dark paper.
inline constexpr std::array<Color, 8> kLineColors{{{0, 114, 178},
                                                   {213, 94, 0},
                                                   {0, 158, 115},
                                                   {204, 121, 167},
                                                   {230, 159, 0},
                                                   {86, 180, 233},
                                                   {90, 90, 90},
                                                   {60, 20, 160}}};
inline constexpr std::array<Color, 8> kNightLineColors{{{79, 169, 224},
                                                        {255, 120, 60},
                                                        {53, 199, 154},
                                                        {231, 159, 198},
                                                        {250, 210, 100},
                                                        {163, 216, 248},
                                                        {130, 130, 130},
                                                        {135, 105, 255}}};

/// How a line is drawn: lines beyond the colours have them again, dashed, then dotted.
enum class Dash { none, dashes, dots };
struct LinePen {
  std::size_t color = 0;  // of kLineColors
  Dash dash = Dash::none;
};
inline LinePen line_pen(std::size_t series) {
  return {series % kLineColors.size(), static_cast<Dash>(series / kLineColors.size() % 3)};
}

/// Ten classes: Paul Tol's "muted" scheme, its pale grey replaced by a vermilion.
inline constexpr std::array<Color, 10> kClassColors{{{51, 34, 136},
                                                     {136, 204, 238},
                                                     {68, 170, 153},
                                                     {17, 119, 51},
                                                     {153, 153, 51},
                                                     {221, 204, 119},
                                                     {204, 102, 119},
                                                     {136, 34, 85},
                                                     {170, 68, 153},
                                                     {255, 60, 0}}};

inline Color class_color(std::size_t label) { return kClassColors[label % kClassColors.size()]; }

/// From paper white (0) over sea blue to dark indigo (1): equal steps of `share` look equal (constant speed
/// in CIELAB, lightness falling throughout), and the lower half stays light enough for dots and lines on it.
/// Shares outside [0, 1] are clamped; NaN gives white.
Color density_color(double share);

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
