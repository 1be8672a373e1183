#include "models/ebm/chains.h"

#include <cmath>

#include "autograd/ops.h"
#include "nn/learn/learner.h"
#include "samplers/kinds/langevin.h"

namespace gradzoo {

std::unique_ptr<Sampler> ebm_ula(double step, double noise) {
  return std::make_unique<UnadjustedLangevin>(
      UnadjustedLangevinOptions{.step = step, .noise = noise / std::sqrt(2 * step)});
}

std::unique_ptr<Sampler> ebm_mala(double step, double) {
  return std::make_unique<AdjustedLangevin>(AdjustedLangevinOptions{.step = step});
}

EbmChains::EbmChains(EbmSampler sampler, double step, double noise)
    : step_(step), noise_(noise), sampler_(sampler(step, noise)) {}

Tensor EbmChains::walk(const Target& target, const Tensor& x, int64_t steps, Rng& rng, double* accepted) {
  sampler_->begin(target, x);
  double moved = 0;
  for (int64_t i = 0; i < steps; ++i) {
    sampler_->step(target, rng);
    moved += sampler_->moved();
  }
  if (!all_finite(sampler_->value().log_prob) || !all_finite(sampler_->value().score)) {
    throw NonFinite(
        "f or its gradient is not finite where the chains stand after steps of {:g}. Hint: step={:g}, or "
        "--set clip=1",
        step_, step_ / 10);
  }
  if (accepted) *accepted += moved / static_cast<double>(steps);
  return sampler_->x();
}

}  // namespace gradzoo
