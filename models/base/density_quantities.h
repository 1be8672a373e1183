#pragma once

#include <cmath>
#include <numbers>
#include <string>
#include <utility>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/datasets/images/pixels.h"
#include "gradzoo/datasets/kinds/kind.h"
#include "gradzoo/models/base/quantity.h"
#include "gradzoo/models/eval/modes.h"
#include "gradzoo/models/eval/quadrature.h"

namespace gradzoo {

/// The density kind of kKl.
inline constexpr const char* kKlToTruth = "KL of the truth to it";

/// Returns the quantities of a fit: kKl with the meaning `kl_meaning`, and kLogZ with its error.
inline Quantities density_quantities(const DensityFit& fit, std::string kl_meaning) {
  Quantity kl = quantity(kKl, fit.kl, std::move(kl_meaning));
  kl.density_kind = kKlToTruth;
  Quantity log_z =
      quantity(kLogZ, fit.log_partition,
               "log Z by quadrature; its error is its change when the box is doubled", fit.box_error);
  log_z.error_kind = ErrorKind::quadrature;
  return {std::move(kl), std::move(log_z)};
}

/// Returns a sampled log Z, or an exact one if its error is NaN.
inline Quantity sampled_log_z(double value, double error, bool trusted, std::string meaning) {
  Quantity out = quantity(kLogZ, value, std::move(meaning), error);
  out.trusted = trusted;
  return out;
}

/// Returns `density`, from which log_z was subtracted, with the joint error, `kind`, and the trust in log_z.
inline Quantity less_log_z(Quantity density, const Quantity& log_z, const std::string& kind) {
  density.trusted = log_z.trusted;
  density.density_kind = kind;
  if (std::isnan(log_z.error)) return density;
  density.error = std::hypot(density.error, log_z.error);
  density.density_kind += log_z.trusted ? " by annealing" : " by annealing, not to be trusted";
  return density;
}

/// True if bits per dimension are defined for these data: bytes to which noise was added.
inline bool has_bits_per_dim(const DataShape& shape, Pixels pixels) {
  return shape.kind().pixels && pixels == Pixels::dequantised;
}

/// Returns -log2 p(x) / d + 8, in bits per byte 0 ... 255, from log p (B) of d dequantised pixels in [0,1].
inline Tensor bits_per_dim(const Tensor& log_p, int64_t d) {
  return log_p * (-1 / (static_cast<double>(d) * std::numbers::ln2)) + 8.0;
}

///@{
/// The quantities of samples of a toy with modes: see ModeCoverage.
inline constexpr QuantityInfo kModesCovered{"modes_covered", "modes"},
    kModesTouched{"modes_touched", "modes"}, kSmallestModeShare{"smallest_mode_share", ""},
    kHighQualityShare{"high_quality_share", ""};
///@}

/// Returns covered and touched modes, and the smallest and the high-quality share, of kModeSamples samples.
Quantities coverage_quantities(const ModeCoverage& coverage);

}  // namespace gradzoo
