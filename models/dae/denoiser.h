#pragma once

#include "autograd/tensor.h"
#include "nn/layers/layers.h"

/// Denoising autoencoder (Vincent et al. 2008; Vincent 2011, "A connection between score matching and
/// denoising autoencoders"; Alain & Bengio 2014): r is trained to restore x from x~ = x + sigma eps, eps ~
/// N(0, I). The best r is E[x | x~] = x~ + sigma^2 grad log p_sigma(x~), p_sigma = p * N(0, sigma^2 I), so a
/// trained r gives a score, (r(x) - x) / sigma^2, for Langevin dynamics.
namespace gradzoo {

/// r(x) = W' s(W x + b) + c, s the sigmoid: encoder and decoder share W. Then (r(x) - x) / sigma^2 is the
/// gradient of a density (Vincent 2011, section 4.3):
///   f(x) = (c'x - |x|^2/2 + sum_j softplus(W_j x + b_j)) / sigma^2.
class TiedDenoiser : public Module {
 public:
  /// Hidden units switch at distances up to `reach` from 0.
  TiedDenoiser(int64_t inputs, int64_t hidden, double reach, Rng& rng, DType dtype = DType::f32);
  /// r of every row: x (B, d) -> (B, d).
  Tensor forward(const Tensor& x) const override;
  /// f of every row: (B, d) -> (B).
  Tensor log_density(const Tensor& x, double sigma) const;
  const Tensor& weight() const { return weight_; }

 private:
  Tensor weight_;       // (hidden, d): W
  Tensor hidden_bias_;  // (hidden): b
  Tensor bias_;         // (d): c
};

/// The loss of every row, |r(x~) - x|^2 with the noisy x~: x, noisy (B, d) -> (B).
Tensor denoising_error(TensorFn r, const Tensor& x, const Tensor& noisy);
/// (r(x) - x) / sigma^2: (B, d) -> (B, d).
Tensor denoiser_score(TensorFn r, const Tensor& x, double sigma);

}  // namespace gradzoo
