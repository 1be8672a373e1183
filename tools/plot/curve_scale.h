#pragma once

#include <cstddef>
#include <span>

#include "tools/plot/chart.h"
#include "tools/plot/scale.h"

namespace gradzoo {

/// Throws Error unless x, y and the band (if any) have one length.
void check_lengths(const Series& series);

/// The horizontal axis that shows every finite x.
Scale x_scale_of(std::span<const Series> series, bool logarithmic);

/// The vertical axis that shows the series, without the few values that would flatten the others, and every
/// level.
Scale y_scale_of(std::span<const Series> series, std::span<const Level> levels, bool logarithmic);

/// How many y lie outside `range`.
std::size_t count_outside(std::span<const Series> series, const Range& range);

}  // namespace gradzoo
