#pragma once

#include <string>

#include "gradzoo/plot/chart.h"

namespace gradzoo {

/// Returns a line chart as HTML: its SVG, and the values that the page's script shows at the pointer. Throws
/// Error if a series has unequal lengths.
std::string curve_figure(LineChart curve);

}  // namespace gradzoo
