#include <algorithm>
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/ebm/ebm.h"
#include "gradzoo/nn/learn/learner.h"
#include "gradzoo/samplers/kinds/gibbs.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "gradzoo/samplers/kinds/random_walk.h"

namespace gradzoo {

Transition LimitedLangevin::transition(const Target& target, Rng& rng, bool) {
  const Tensor& score = value().score;
  const Tensor slope = move_.step_clip > 0 ? clamp(score, -move_.step_clip, move_.step_clip) : score;
  Tensor next = x() + slope * move_.step + randn_like(x(), rng) * move_.noise;
  if (move_.clamp) next = clamp(next, 0, 1);
  return {next, evaluate(target, next), 1};
}

std::unique_ptr<Sampler> ebm_ula(const ChainMove& move) {
  if (move.is_limited()) return std::make_unique<LimitedLangevin>(move);
  return std::make_unique<UnadjustedLangevin>(
      UnadjustedLangevinOptions{.step = move.step, .noise = move.noise / std::sqrt(2 * move.step)});
}

std::unique_ptr<Sampler> ebm_mala(const ChainMove& move) {
  return std::make_unique<AdjustedLangevin>(AdjustedLangevinOptions{.step = move.step});
}

std::unique_ptr<Sampler> ebm_mh(const ChainMove& move) {
  return std::make_unique<RandomWalk>(RandomWalkOptions{.step = move.noise});
}

std::unique_ptr<Sampler> ebm_flip(const ChainMove&) { return std::make_unique<SingleFlip>(); }

bool chains_sample_f(const ChainMove& move) {
  constexpr double kNearOne = 1e-3;
  return std::abs(move.temperature() - 1) < kNearOne && !move.is_limited();
}

// A difference lands as well as a mode is narrow, and a Langevin step is as long as that allows.
EbmChains::EbmChains(const EbmOptions& options) : EbmChains(options.sampler, options.move()) {
  constexpr double kOfALangevinStep = 0.2;
  if (options.jumps > 0) {
    jumps_ = std::make_unique<Jumps>(
        JumpsOptions{.proposals = options.jumps, .noise = kOfALangevinStep * move_.noise});
  }
}

namespace {

[[noreturn]] void refuse_chains(double step) {
  throw NonFinite(
      "f or its gradient is not finite at the chains' states after steps of {:g}. Hint: set step={:g}, or "
      "--set clip=1",
      step, step / 10);
}

// Starts the chains. If f is NaN there, training has diverged: NonFinite lets the trainer undo the step.
void begin_chains(Sampler& sampler, const Target& target, const Tensor& x, double step) {
  try {
    sampler.begin(target, x);
  } catch (const Error&) {
    const PointValue start = value_and_score(target, x);
    if (all_finite(start.log_prob) && all_finite(start.score)) throw;
    refuse_chains(step);
  }
}

}  // namespace

Tensor EbmChains::walk(const Target& target, const Tensor& x, int64_t steps, Rng& rng, double* accepted,
                       const std::function<void(double)>& done) {
  begin_chains(*sampler_, target, x, move_.step);
  double moved = 0;
  for (int64_t i = 0; i < steps; ++i) {
    sampler_->step(target, rng);
    moved += sampler_->moved();
    if (done) done(static_cast<double>(i + 1) / static_cast<double>(steps));
  }
  const PointValue& end = sampler_->value();
  if (!all_finite(end.log_prob) || (end.score.defined() && !all_finite(end.score))) refuse_chains(move_.step);
  if (accepted) *accepted += moved / static_cast<double>(steps);
  return sampler_->x();
}

Tensor EbmChains::jump(const Target& target, const Tensor& x, Rng& rng, double* taken) {
  begin_chains(*jumps_, target, x, move_.step);
  jumps_->step(target, rng);
  if (taken) *taken += jumps_->moved();
  return jumps_->x();
}

Tensor EbmChains::walk_and_jump(const Target& target, const Tensor& x, int64_t steps, int64_t run, Rng& rng,
                                const std::function<void(double)>& done) {
  if (!jump()) return walk(target, x, steps, rng, nullptr, done);
  Tensor at = x;
  for (int64_t i = 0; i < steps; i += run) {
    at = jump(target, walk(target, at, std::min(run, steps - i), rng), rng);
    if (done) done(static_cast<double>(std::min(i + run, steps)) / static_cast<double>(steps));
  }
  return at;
}

}  // namespace gradzoo
