#pragma once

#include "gradzoo/datasets/toys/toy.h"

namespace gradzoo {

/// The number of samples for which the figures of mode coverage are defined.
inline constexpr int64_t kModeSamples = 2500;

/// How samples cover a toy's modes. A sample is of high quality if it is within 3 sigma of a centre (for true
/// draws in the plane: 1 - e^(-9/2) = 98.9%), and counts for the nearest one.
struct ModeCoverage {
  int64_t modes;          ///< how many the toy has
  int64_t covered;        ///< modes with at least 20 high-quality samples
  int64_t touched;        ///< with at least 1: the rule of PacGAN (Lin et al. 2018, section 4.1)
  double smallest_share;  ///< of all samples, in the mode that has fewest
  double high_quality;    ///< share of all samples
};

/// Throws Error unless samples are (n, d), n >= 1, d that of the centres.
ModeCoverage mode_coverage(const Tensor& samples, const Modes& modes);

}  // namespace gradzoo
