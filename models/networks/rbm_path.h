#pragma once

#include "models/networks/rbm_gibbs.h"
#include "samplers/ais.h"

namespace gradzoo {

/// The path from a machine without weights to the given one (Salakhutdinov & Murray 2008, section 4.1):
///   f_beta(x) = (1 - beta) a'x + beta b'x + sum_j softplus(beta (c_j + W_j'x)),
/// f_0 is that of independent units with biases a, and f_1 = -F. One product x W serves the weight and the
/// Gibbs step
///   h ~ sigmoid(beta (c + W'x)),  x ~ sigmoid((1 - beta) a + beta (b + W h)).
class RbmPath final : public AnnealingPath {
 public:
  /// base_bias a (n). The layer must outlive it and keep its weights.
  RbmPath(const RbmLayer& layer, const Tensor& base_bias);

  Tensor advance(Tensor& x, double from, double to, Rng& rng) override;

  /// log Z_0 = sum_i softplus(a_i) + m log 2.
  double begin_log_partition() const;
  /// Exact samples of f_0: (chains, n).
  Tensor begin(int64_t chains, Rng& rng) const;

 private:
  const RbmLayer& layer_;
  RbmGibbs gibbs_;
  Tensor base_bias_;  ///< a
  Tensor rise_;       ///< b - a, (n, 1)
};

}  // namespace gradzoo
