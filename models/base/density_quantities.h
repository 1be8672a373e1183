#pragma once

#include <numbers>
#include <string>

#include "autograd/ops.h"
#include "models/base/quantity.h"
#include "models/eval/quadrature.h"

namespace gradzoo {

/// What a kKl measures.
inline constexpr const char* kKlToTruth = "KL of the truth to it";

/// A fit as kKl, explained by `kl_meaning`, and kLogZ with its error.
inline Quantities density_quantities(const DensityFit& fit, std::string kl_meaning) {
  Quantity kl = quantity(kKl, fit.kl, std::move(kl_meaning));
  kl.density_kind = kKlToTruth;
  Quantity log_z =
      quantity(kLogZ, fit.log_partition,
               "log Z by quadrature; its error is its change when the box is doubled", fit.box_error);
  log_z.error_kind = ErrorKind::quadrature;
  return {std::move(kl), std::move(log_z)};
}

/// -log2 p(x) / d + 8 from log p (B) of d dequantised pixels in [0,1]: bits of the bytes 0 ... 255.
inline Tensor bits_per_dim(const Tensor& log_p, int64_t d) {
  return log_p * (-1 / (static_cast<double>(d) * std::numbers::ln2)) + 8.0;
}

}  // namespace gradzoo
