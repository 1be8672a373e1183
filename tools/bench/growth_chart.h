#pragma once

#include <span>

#include "plot/image.h"
#include "tools/bench/growth.h"

namespace gradzoo {

/// Time (left) and memory (right) over the size, both axes logarithmic: the points measured, and the lines
/// that theory gives. `measured` has one entry a curve of the growth.
Image draw_growth(const Growth& growth, std::span<const MeasuredCurve> measured);

}  // namespace gradzoo
