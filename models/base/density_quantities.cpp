#include "gradzoo/models/base/density_quantities.h"

#include <fmt/format.h>

namespace gradzoo {

Quantities coverage_quantities(const ModeCoverage& c) {
  return {quantity(kModesCovered, static_cast<double>(c.covered),
                   fmt::format("number of the {} modes with 20 or more of {} samples within 3 sigma", c.modes,
                               kModeSamples)),
          quantity(kModesTouched, static_cast<double>(c.touched),
                   "number of modes with 1 or more of these samples, as in PacGAN's table"),
          quantity(
              kSmallestModeShare, c.smallest_share,
              fmt::format("share of the samples in the mode with the fewest samples; equal shares are {:.3f}",
                          1 / static_cast<double>(c.modes))),
          quantity(kHighQualityShare, c.high_quality,
                   "share of samples within 3 sigma of a mode; for true draws in the plane 0.989")};
}

}  // namespace gradzoo
