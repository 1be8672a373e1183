#pragma once

#include "gradzoo/models/vae/prior.h"

namespace gradzoo {

/// log p(x) as the logarithm of the integral of p(z) p(x|z) over one or two code dimensions, by the midpoint
/// rule, in f64. p(z) is one or more Gaussians, each with a separate grid along its axes. The sum over codes
/// is accurate if p(x|z) changes little between neighbouring codes of a grid. log p(x) is too low for a
/// distant point whose codes lie outside the grids.
class VaeMarginal {
 public:
  /// Uses the current weights. Throws Error for more than two code dimensions or a conditional network.
  VaeMarginal(const VaeNetwork& network, const VaePrior& prior, Prior which);
  /// Returns log p(x) of every row in nats, without recording: x (B, elements) -> (B) f64.
  Tensor log_prob(const Tensor& x) const;

 private:
  // log p(z_k) p(x|z_k) dz = offset_k + slope_k . x - sum_i precision_i x_i^2 / 2.
  Tensor offsets_, slopes_, precision_;  // (K), (K, elements), (elements) f64
};

}  // namespace gradzoo
