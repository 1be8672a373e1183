#pragma once

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/models/networks/energy.h"

/// Discriminator guidance (Kim et al. 2023, "Refining generative process with discriminator guidance").
namespace gradzoo {

/// A discriminator between noisy data and a model's samples with equal noise, at all noise levels. The
/// optimal d has
///   log d/(1 - d) = log p_t - log q_t
/// for the densities p_t of data and q_t of samples, so its gradient is the error of q_t's score. The level
/// is not an input, because an image shows it.
class NoisyDiscriminator : public Module {
 public:
  NoisyDiscriminator(const DataShape& shape, Rng& rng);  ///< initial d = 1/2; throws Error for points
  /// Returns log d/(1 - d) of x (B, elements), with elements of about 1 at any level: (B).
  Tensor logit(const Tensor& x) const;
  /// Returns the logit's gradient in x, without recording: (B, elements).
  Tensor slope(const Tensor& x) const;
  /// Returns the mean of -log d over data plus the mean of -log(1 - d) over samples.
  Tensor loss(const Tensor& data, const Tensor& samples) const;

 private:
  EnergyNetwork energy_;
};

}  // namespace gradzoo
