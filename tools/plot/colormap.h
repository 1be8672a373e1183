#pragma once

#include "tools/plot/canvas.h"

namespace gradzoo {

/// From paper white (0) over sea blue to dark indigo (1): equal steps of `share` look equal (constant speed
/// in CIELAB, lightness falling throughout), and the lower half stays light enough for dots and lines on it.
/// Shares outside [0, 1] are clamped; NaN gives white.
Color density_color(double share);

}  // namespace gradzoo
