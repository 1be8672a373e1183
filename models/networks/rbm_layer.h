#pragma once

#include "autograd/random.h"
#include "nn/layers/module.h"

/// Restricted Boltzmann machines (Smolensky 1986; Hinton 2002):
///   log p(x, h) = x'W h + b'x + c'h - log Z,  x in {0,1}^n, h in {0,1}^m.
namespace gradzoo {

/// Its parameters, and the closed forms that follow from them. All functions are differentiable.
class RbmLayer : public Module {
 public:
  /// W ~ N(0, 0.01^2), one draw of rng (Hinton 2012, section 8); biases 0. Throws Error unless both sizes are
  /// positive.
  RbmLayer(int64_t visible, int64_t hidden, Rng& rng, DType dtype = DType::f32);

  int64_t visible() const { return weight_.dim(0); }            ///< n
  int64_t hidden() const { return weight_.dim(1); }             ///< m
  const Tensor& weight() const { return weight_; }              ///< (n, m)
  const Tensor& visible_bias() const { return visible_bias_; }  ///< (n)
  const Tensor& hidden_bias() const { return hidden_bias_; }    ///< (m)

  /// P(h_j = 1 | x) = sigmoid(c_j + W_j'x): x (B, n) -> (B, m).
  Tensor hidden_probabilities(const Tensor& x) const;
  /// P(x_i = 1 | h) = sigmoid(b_i + W_i h): h (B, m) -> (B, n).
  Tensor visible_probabilities(const Tensor& h) const;
  /// F(x) = -b'x - sum_j softplus(c_j + W_j'x) = -log sum_h exp(x'Wh + b'x + c'h): x (B, n) -> (B).
  Tensor free_energy(const Tensor& x) const;
  /// -F seen from the other side: log sum_x exp(x'Wh + b'x + c'h), h (B, m) -> (B).
  Tensor hidden_log_density(const Tensor& h) const;

 private:
  Tensor weight_, visible_bias_, hidden_bias_;
};

}  // namespace gradzoo
