#pragma once

#include <cstdint>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/options.h"
#include "gradzoo/datasets/examples.h"
#include "gradzoo/datasets/images/pixels.h"
#include "gradzoo/models/vae/network.h"
#include "gradzoo/nn/fit/gaussian_mixture.h"
#include "gradzoo/state/state.h"

namespace gradzoo {

enum class Prior { normal, mixture };
inline constexpr Choice<Prior> kPriors[] = {{"normal", Prior::normal}, {"mixture", Prior::mixture}};

/// The prior p(z), or p(z|y) of a conditional VAE: N(0, I) in training, and afterwards optionally mixtures
/// of Gaussians, one per class, fitted to the codes of training images. The codes fill only a part of N(0,
/// I), and the decoder is not trained on the rest (Dai & Wipf 2019; Ghosh et al. 2020, "From variational to
/// deterministic autoencoders").
class VaePrior {
 public:
  /// Makes `components` Gaussians, divided among the classes; 0: only N(0, I). classes 0: unconditional.
  VaePrior(int64_t components, int64_t latent, int64_t classes);

  void add_to(State& state);
  /// Fits mixtures to one code of each image, z ~ q(z|x).
  void fit(const VaeNetwork& network, const Examples& images, Pixels pixels, uint64_t seed);
  /// Discards the fit; in_use() then returns Prior::normal. Call it before the network's weights change.
  void forget();
  bool can_be_fitted() const { return !mixtures_.empty(); }
  bool is_fitted() const { return fitted_ != 0; }
  /// Returns `wanted` if the mixtures are fitted, else Prior::normal.
  Prior in_use(Prior wanted) const { return is_fitted() ? wanted : Prior::normal; }

  /// Returns p(z) of an unconditional VAE as a mixture of Gaussians; N(0, I) is a mixture of one.
  GaussianMixture gaussians(Prior which) const;
  /// Returns log p(z) of every row of z (n, latent): (n), in z's dtype. Labels (n) iff the VAE is
  /// conditional.
  Tensor log_prob(Prior which, const Tensor& z, const Tensor& labels) const;
  /// Draws n codes: (n, latent) f32.
  Tensor sample(Prior which, int64_t n, const Tensor& labels, Rng& rng) const;
  /// Returns KL(q(z|x) || p(z)) of every row (n) in nats: in closed form for N(0, I); for a mixture the
  /// unbiased estimate log q(z|x) - log p(z) at z ~ q(z|x).
  Tensor kl(Prior which, const Posterior& q, const Tensor& z, const Tensor& labels) const;

 private:
  int64_t latent_, fitted_ = 0;
  std::vector<GaussianMixture> mixtures_;  // one per class, or one
};

}  // namespace gradzoo
