#include "models/diffusion/discriminator.h"

#include <memory>

#include "gradzoo/autograd/ops.h"
#include "models/networks/conv_energy.h"

namespace gradzoo {
namespace {

Tensor as_pixels(const Tensor& x) { return (x + 1.0) * 0.5; }  // in [0,1], as ConvEnergy takes them

}  // namespace

NoisyDiscriminator::NoisyDiscriminator(const DataShape& shape, Rng& rng)
    : energy_(shape.size(), {}, "net",
              std::make_unique<ConvEnergy>(
                  shape, ConvEnergyOptions{.channels = 32, .hidden = {64}, .zero = true}, rng)) {
  register_module("energy", energy_);
}

Tensor NoisyDiscriminator::logit(const Tensor& x) const { return energy_.log_density(as_pixels(x)); }

Tensor NoisyDiscriminator::slope(const Tensor& x) const { return energy_.score(as_pixels(x)) * 0.5; }

Tensor NoisyDiscriminator::loss(const Tensor& data, const Tensor& samples) const {
  const Tensor logits = logit(concat(data, samples, 0));
  const int64_t real = data.dim(0);
  return mean(softplus(-logits.rows(0, real))) + mean(softplus(logits.rows(real, logits.dim(0))));
}

}  // namespace gradzoo
