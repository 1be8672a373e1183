#pragma once

#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/toys/toy.h"

namespace gradzoo {

/// A mixture of isotropic Gaussians with a common variance, in f64. Density and score have a closed form, and
/// added Gaussian noise only changes the variance.
struct RoundMixture {
  std::vector<double> weights;
  Tensor means;  // (k, d)
  double variance;

  /// x (B, d) -> log p (B).
  Tensor log_prob(const Tensor& x) const;
  /// x (B, d) -> grad log p = sum_k P(k|x) (mean_k - x) / variance, (B, d).
  Tensor score(const Tensor& x) const;
  /// Returns the density of x + N(0, added I).
  RoundMixture noised(double added) const;
  /// Returns the box that extends `widths` standard deviations beyond the outermost means.
  Box box(double widths) const;

 private:
  Tensor log_joint(const Tensor& x) const;  // log w_k N(x; mean_k): (B, k)
};

}  // namespace gradzoo
