#pragma once

#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/toys/toy.h"

namespace gradzoo {

/// A mixture of round Gaussians of one variance, in f64: closed under added Gaussian noise, with density and
/// score in closed form.
struct RoundMixture {
  std::vector<double> weights;
  Tensor means;  // (k, d)
  double variance;

  /// log p of every row: (B, d) -> (B).
  Tensor log_prob(const Tensor& x) const;
  /// grad log p of every row: sum_k P(k|x) (mean_k - x) / variance.
  Tensor score(const Tensor& x) const;
  /// The density of x + N(0, added I).
  RoundMixture noised(double added) const;
  /// `widths` standard deviations beyond the outermost means, on each axis.
  Box box(double widths) const;

 private:
  Tensor log_joint(const Tensor& x) const;  // log w_k N(x; mean_k): (B, k)
};

}  // namespace gradzoo
