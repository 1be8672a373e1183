#pragma once

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/models/networks/energy.h"

/// Discriminator guidance (Kim et al. 2023, "Refining generative process with discriminator guidance").
namespace gradzoo {

/// Tells noisy data from a model's samples with as much noise, at all noise levels. The best d has
///   log d/(1 - d) = log p_t - log q_t
/// of both densities, so its slope is what the score of q_t lacks. It does not get the level as an input,
/// since an image shows it.
class NoisyDiscriminator : public Module {
 public:
  NoisyDiscriminator(const DataShape& shape, Rng& rng);  ///< begins at d = 1/2; throws Error for points
  /// log d/(1 - d) of x (B, numbers), whose elements are about 1 at any level: (B).
  Tensor logit(const Tensor& x) const;
  /// Its gradient in x, not recorded: (B, numbers).
  Tensor slope(const Tensor& x) const;
  /// -log d of data plus -log(1 - d) of samples, the means.
  Tensor loss(const Tensor& data, const Tensor& samples) const;

 private:
  EnergyNetwork energy_;
};

}  // namespace gradzoo
