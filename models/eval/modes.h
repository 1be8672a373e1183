#pragma once

#include "gradzoo/datasets/toys/toy.h"

namespace gradzoo {

/// The number of samples for which the figures of mode coverage are defined.
inline constexpr int64_t kModeSamples = 2500;

/// The coverage of a toy's modes by samples. A sample has high quality if it is within 3 sigma of a centre
/// (true draws in the plane: 1 - exp(-9/2) = 98.9%), and counts for the nearest mode.
struct ModeCoverage {
  int64_t modes;          ///< number of the toy's modes
  int64_t covered;        ///< modes with at least 20 high-quality samples
  int64_t touched;        ///< modes with at least 1: the rule of PacGAN (Lin et al. 2018, section 4.1)
  double smallest_share;  ///< share of all samples in the mode with the fewest
  double high_quality;    ///< share of high-quality samples
};

/// Returns the coverage by samples (n, d). Throws Error unless n >= 1 and d is the centres' dimension.
ModeCoverage mode_coverage(const Tensor& samples, const Modes& modes);

}  // namespace gradzoo
