#pragma once

#include "autograd/random.h"
#include "nn/layers/module.h"

namespace gradzoo {

/// A layer's weight divided by its largest singular value, so that its norm is 1
/// (Miyato et al. 2018, "Spectral normalization for generative adversarial networks", section 2.1). The value
/// is estimated by power iteration, one iteration after each step of the weight: v = A u / |A u|, u = A'v /
/// |A'v|, sigma = v'A u, A the weight as a matrix (m, n) whose columns are its last axis. u is a buffer, so
/// it is in the State.
class SpectralNorm : public Module {
 public:
  /// For a weight (..., n), whose values are read again in each call. Uses one draw of rng.
  SpectralNorm(const Tensor& weight, Rng& rng);
  /// weight / sigma, recorded; u and v count as constants.
  Tensor normalised() const;

 private:
  void do_update_buffers() const override { iterate(); }
  void iterate() const;

  Tensor weight_, u_;
};

}  // namespace gradzoo
