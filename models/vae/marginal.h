#pragma once

#include "gradzoo/models/vae/prior.h"

namespace gradzoo {

/// log p(x) = log of the integral of p(z) p(x|z) over one or two codes, by the midpoint rule, in f64. p(z) is
/// one Gaussian or several, and each has a grid of its own, along its axes. A sum over the codes is exact
/// where p(x|z) changes little from one code of a grid to the next. A point so far out that its codes lie
/// beyond the grids gets too little.
class VaeMarginal {
 public:
  /// Of the network's weights as they are. Throws Error for more codes, and where the network is conditional.
  VaeMarginal(const VaeNetwork& network, const VaePrior& prior, Prior which);
  /// log p(x) of every row, nats: x (B, numbers) -> (B) f64. Nothing is recorded.
  Tensor log_prob(const Tensor& x) const;

 private:
  // log p(z_k) p(x|z_k) dz = offset_k + slope_k . x - sum_i precision_i x_i^2 / 2.
  Tensor offsets_, slopes_, precision_;  // (K), (K, numbers), (numbers) f64
};

}  // namespace gradzoo
