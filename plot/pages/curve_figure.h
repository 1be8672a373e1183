#pragma once

#include <string>

#include "gradzoo/plot/chart.h"

namespace gradzoo {

/// A line chart as HTML: its SVG, and the values for the page's script to show under the pointer. Throws
/// Error if a series has unequal lengths.
std::string curve_figure(LineChart curve);

}  // namespace gradzoo
