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

/// Returns the colour with a code as in style sheets: 0xRRGGBB.
constexpr Color rgb(std::uint32_t code) {
  const auto byte = [&](int shift) { return static_cast<std::uint8_t>(code >> shift & 0xFF); };
  return {byte(16), byte(8), byte(0)};
}

/// Colours of the paper, of texts, of grid lines and of axes.
inline constexpr Color kPaper{255, 255, 255}, kInk{38, 42, 51}, kSoftInk{98, 104, 116},
    kGridLine{230, 232, 237}, kAxisLine{150, 155, 166};

/// Colours of lines: Okabe and Ito's colours with a grey and an indigo, which people with any colour vision
/// can distinguish, the strongest first; and the colours on dark paper.
inline constexpr std::array kLineColors = {rgb(0x0072B2), rgb(0xD55E00), rgb(0x009E73), rgb(0xCC79A7),
                                           rgb(0xE69F00), rgb(0x56B4E9), rgb(0x5A5A5A), rgb(0x3C14A0)};
inline constexpr std::array kNightLineColors = {rgb(0x4FA9E0), rgb(0xFF783C), rgb(0x35C79A), rgb(0xE79FC6),
                                                rgb(0xFAD264), rgb(0xA3D8F8), rgb(0x828282), rgb(0x8769FF)};

/// Style of a line. If there are more lines than colours, colours repeat, first dashed and then dotted.
enum class Dash { none, dashes, dots };
struct LinePen {
  std::size_t color = 0;  // index in kLineColors
  Dash dash = Dash::none;
};
inline LinePen line_pen(std::size_t series) {
  return {series % kLineColors.size(), static_cast<Dash>(series / kLineColors.size() % 3)};
}

/// Colours of ten classes: Paul Tol's "muted" scheme, with a vermilion instead of its pale grey.
inline constexpr std::array kClassColors = {rgb(0x332288), rgb(0x88CCEE), rgb(0x44AA99), rgb(0x117733),
                                            rgb(0x999933), rgb(0xDDCC77), rgb(0xCC6677), rgb(0x882255),
                                            rgb(0xAA4499), rgb(0xFF3C00)};

inline Color class_color(std::size_t label) { return kClassColors[label % kClassColors.size()]; }

/// Returns a colour from white (0) over blue to dark indigo (1). Equal steps of `share` look equal (constant
/// speed in CIELAB, with falling lightness), and the lower half is light enough for dots and lines on it.
/// Shares outside [0, 1] are clamped; NaN returns white.
Color density_color(double share);

/// One curve. A y that is not finite makes a gap; x and y have one length.
struct Series {
  std::string name = {};
  std::vector<double> x = {}, y = {};
  std::vector<double> low = {}, high = {};  ///< band around y (spread over seeds); both empty: no band
  bool joined = true;                       ///< false: draw only points
  std::optional<std::size_t> color = {};    ///< index in kLineColors; default: from the series' index
  std::optional<Dash> dash = {};            ///< style of the line; default: from the series' index
};

/// A horizontal reference line: a lower bound, a target, a published value.
struct Level {
  std::string name = {};
  double value = 0;
};

struct LineChart {
  std::string title = {}, x_label = {}, y_label = {};
  std::string caption = {};  ///< text below the chart on a page
  std::vector<Series> series = {};
  std::vector<Level> levels = {};
  bool log_x = false, log_y = false;
  std::optional<double> y_low = {}, y_high = {};  ///< ends of the y axis; default: without outliers
  int width = 760, height = 460;
};

/// A chart of bars that begin at zero; a value that is not finite has no bar.
struct BarChart {
  std::string title = {}, x_label = {}, y_label = {};
  std::vector<double> values = {};
  std::vector<std::string> names = {};  ///< one name per bar; empty: 1, 2, 3, ...
  std::vector<double> expected = {};    ///< one expected value per bar, joined by a line; empty: none
  std::string values_name = {},
              expected_name = "expected from the exact distribution";  ///< names in the legend
  int width = 640, height = 360;
};

/// A chart as an SVG file, for use by itself or in a page, with colours for light and dark mode.
struct SvgChart {
  std::string svg;
  Rect plot;  ///< rectangle of the axes' ranges, in the SVG's units
};
/// Each function draws its chart. Throws Error if lengths disagree or an axis is not possible.
SvgChart svg_chart(const LineChart& chart);
Drawing draw_chart(const LineChart& chart);
Drawing draw_chart(const BarChart& chart);

/// Draws charts into one file, from left to right.
Drawing side_by_side(std::span<const LineChart> charts);

/// Returns about `limit` points of `series`, or fewer, whose drawing looks the same: the first, the last, the
/// lowest and the highest point of each stretch, and every gap.
Series thinned(const Series& series, std::size_t limit);

/// Returns the CSS classes of a pen: "s3 dashes".
std::string pen_class(LinePen pen);

}  // namespace gradzoo
