#pragma once

#include "models/base/quantity.h"
#include "models/eval/modes.h"

namespace gradzoo {

///@{
/// What is measured of samples of a toy with modes: see ModeCoverage.
inline constexpr QuantityInfo kModesCovered{"modes_covered", "modes"},
    kModesTouched{"modes_touched", "modes"}, kSmallestModeShare{"smallest_mode_share", ""},
    kHighQualityShare{"high_quality_share", ""};
///@}

/// Modes covered, modes touched, the smallest mode's share and the share of high quality, of kModeSamples
/// samples.
Quantities coverage_quantities(const ModeCoverage& coverage);

}  // namespace gradzoo
