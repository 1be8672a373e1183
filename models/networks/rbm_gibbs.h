#pragma once

#include "models/networks/rbm_layer.h"

namespace gradzoo {

/// Whether x is binary with so few ones that a product with it is a sum of rows.
bool has_few_ones(const Tensor& x);
/// x w: x (B, n), w (n, m), nothing recorded. With few ones, a sum of rows of w.
Tensor unit_product(const Tensor& x, const Tensor& w);

/// 1 with probability sigmoid(scale logits + bias), else 0: logits (B, k), bias (k) -> (B, k). One draw of
/// rng.
Tensor draw_units(const Tensor& logits, const Tensor& bias, Rng& rng, double scale = 1);
/// The probabilities themselves, times `factor`, into rows [first, first + B) of `out` (N, k).
void write_probabilities(const Tensor& logits, const Tensor& bias, double factor, Tensor& out, int64_t first);
/// Both at once.
Tensor draw_and_write(const Tensor& logits, const Tensor& bias, Rng& rng, double factor, Tensor& out,
                      int64_t first);

/// Block Gibbs on a machine with fixed weights. Nothing is recorded.
class RbmGibbs {
 public:
  /// The layer must outlive it. W is transposed once for all steps.
  explicit RbmGibbs(const RbmLayer& layer);

  /// x W, and h W', without biases.
  Tensor hidden_logits(const Tensor& x) const;
  Tensor visible_logits(const Tensor& h) const;          ///< h W', without biases
  Tensor draw_hidden(const Tensor& x, Rng& rng) const;   ///< 0 or 1 with P(h = 1 | x)
  Tensor draw_visible(const Tensor& h, Rng& rng) const;  ///< 0 or 1 with P(x = 1 | h)
  /// x after `steps` times x -> h -> x.
  Tensor walk(Tensor x, int64_t steps, Rng& rng) const;

 private:
  const RbmLayer& layer_;
  Tensor turned_;  ///< (m, n)
};

}  // namespace gradzoo
