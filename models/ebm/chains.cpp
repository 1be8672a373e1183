#include "models/ebm/chains.h"

#include <cmath>

#include "autograd/ops.h"
#include "nn/learn/learner.h"
#include "samplers/kinds/langevin.h"

namespace gradzoo {

std::unique_ptr<Sampler> ebm_ula(const ChainMove& move) {
  if (move.is_limited()) return std::make_unique<LimitedLangevin>(move);
  return std::make_unique<UnadjustedLangevin>(
      UnadjustedLangevinOptions{.step = move.step, .noise = move.noise / std::sqrt(2 * move.step)});
}

std::unique_ptr<Sampler> ebm_mala(const ChainMove& move) {
  return std::make_unique<AdjustedLangevin>(AdjustedLangevinOptions{.step = move.step});
}

bool EbmChains::sample_f() const {
  constexpr double kNearOne = 1e-3;
  return std::abs(temperature() - 1) < kNearOne && !move_.is_limited();
}

Tensor EbmChains::walk(const Target& target, const Tensor& x, int64_t steps, Rng& rng, double* accepted,
                       const std::function<void(double)>& done) {
  sampler_->begin(target, x);
  double moved = 0;
  for (int64_t i = 0; i < steps; ++i) {
    sampler_->step(target, rng);
    moved += sampler_->moved();
    if (done) done(static_cast<double>(i + 1) / static_cast<double>(steps));
  }
  if (!all_finite(sampler_->value().log_prob) || !all_finite(sampler_->value().score)) {
    throw NonFinite(
        "f or its gradient is not finite at the chains' states after steps of {:g}. Hint: step={:g}, or "
        "--set clip=1",
        move_.step, move_.step / 10);
  }
  if (accepted) *accepted += moved / static_cast<double>(steps);
  return sampler_->x();
}

}  // namespace gradzoo
