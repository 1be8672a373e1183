#pragma once

#include <cstddef>
#include <string>

#include "plot/chart.h"

namespace gradzoo {

/// A line chart as HTML: legend, axes, inline SVG that stretches to any width while text and pens keep their
/// size, and the values for the page's script to show under the pointer. Throws Error if a series has unequal
/// lengths.
std::string curve_figure(const LineChart& curve);

/// The colours of lines, by day and by night, as variables and classes of a style sheet.
std::string curve_styles();

/// At most about `limit` points of `series` that look the same when drawn: the first, the last, the lowest
/// and the highest of each stretch, and every gap.
Series thinned(const Series& series, std::size_t limit);

}  // namespace gradzoo
