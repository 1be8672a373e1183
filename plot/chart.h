#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/plot/canvas.h"
#include "gradzoo/plot/drawing.h"

namespace gradzoo {

/// As style sheets write it.
constexpr Color rgb(std::uint32_t code) {
  const auto byte = [&](int shift) { return static_cast<std::uint8_t>(code >> shift & 0xFF); };
  return {byte(16), byte(8), byte(0)};
}

/// Paper, and what is written and ruled on it.
inline constexpr Color kPaper{255, 255, 255}, kInk{38, 42, 51}, kSoftInk{98, 104, 116},
    kGridLine{230, 232, 237}, kAxisLine{150, 155, 166};

/// Lines: Okabe and Ito's colours with a grey and an indigo, told apart with any colour vision, the strongest
/// first; and the same on dark paper.
inline constexpr std::array kLineColors = {rgb(0x0072B2), rgb(0xD55E00), rgb(0x009E73), rgb(0xCC79A7),
                                           rgb(0xE69F00), rgb(0x56B4E9), rgb(0x5A5A5A), rgb(0x3C14A0)};
inline constexpr std::array kNightLineColors = {rgb(0x4FA9E0), rgb(0xFF783C), rgb(0x35C79A), rgb(0xE79FC6),
                                                rgb(0xFAD264), rgb(0xA3D8F8), rgb(0x828282), rgb(0x8769FF)};

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
inline constexpr std::array kClassColors = {rgb(0x332288), rgb(0x88CCEE), rgb(0x44AA99), rgb(0x117733),
                                            rgb(0x999933), rgb(0xDDCC77), rgb(0xCC6677), rgb(0x882255),
                                            rgb(0xAA4499), rgb(0xFF3C00)};

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

/// Charts in one file, from left to right: two that belong together, or a strip of moments.
Drawing side_by_side(std::span<const LineChart> charts);

/// At most about `limit` points of `series` that look the same when drawn: the first, the last, the lowest
/// and the highest of each stretch, and every gap.
Series thinned(const Series& series, std::size_t limit);

/// The style's classes of a pen: "s3 dashes".
std::string pen_class(LinePen pen);

}  // namespace gradzoo
