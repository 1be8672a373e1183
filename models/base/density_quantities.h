#pragma once

#include <string>

#include "models/base/quantity.h"
#include "models/eval/quadrature.h"

namespace gradzoo {

/// What a kKl says of the density.
inline constexpr const char* kKlToTruth = "KL of the truth to it";

/// A fit as kKl, explained by `kl_meaning`, and kLogZ with its error.
inline Quantities density_quantities(const DensityFit& fit, std::string kl_meaning) {
  Quantity kl = quantity(kKl, fit.kl, std::move(kl_meaning));
  kl.density_kind = kKlToTruth;
  Quantity log_z =
      quantity(kLogZ, fit.log_partition,
               "log Z by quadrature; its error is how far it moves when the box is doubled", fit.box_error);
  log_z.error_kind = ErrorKind::quadrature;
  return {std::move(kl), std::move(log_z)};
}

}  // namespace gradzoo
