#include "samplers/filled.h"

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/domain.h"
#include "gradzoo/samplers/kinds/hmc.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "gradzoo/samplers/tweedie.h"
#include "samplers/given.h"

namespace gradzoo {
namespace {

Tensor start_of(const Target& target, const Tensor& values, Rng& rng) {
  Tensor x = target.initial ? cast(target.initial(values.dim(0), rng), values.dtype())
                            : rand(values.shape(), rng, values.dtype());
  if (!is_bounded(target.domain)) return x;
  x = x.clone();
  reflect(target.domain, x);
  return x;
}

Tensor by_gibbs(const Target& target, const Tensor& values, const Tensor& known, Rng& rng,
                const std::function<void(double)>& done) {
  constexpr int64_t kSweeps = 1000;
  const Tensor held = bernoulli(clamp(values, 0, 1), rng);
  Tensor x = start_of(target, values, rng), p;
  for (int64_t i = 0; i < kSweeps; ++i) {
    const Tensor hidden = bernoulli(target.conditionals.hidden(completed(x, held, known)), rng);
    p = target.conditionals.visible(hidden);
    x = bernoulli(p, rng);
    if (done) done(static_cast<double>(i + 1) / kSweeps);
  }
  return p;
}

Tensor among_noise(const Target& target, const Tensor& values, const Tensor& known, Rng& rng,
                   const std::function<void(double)>& done) {
  const double t = target.data_noise;
  const Tensor noisy = values + randn_like(values, rng) * t;
  UnadjustedLangevin sampler({.step = 0.1 * t * t});
  const Tensor from = start_of(target, values, rng);
  const Tensor raw =
      run_chains(given(target, noisy, known), from, sampler, {.steps = 500, .done = done}, rng).x;
  const Tensor x = completed(raw, noisy, known);
  return tweedie_denoised(x, value_and_score(target, x).score, t);
}

Tensor by_hmc(const Target& target, const Tensor& values, const Tensor& known, Rng& rng,
              const std::function<void(double)>& done) {
  Hmc sampler({.step = 0.01});
  const ChainOptions chains{.steps = 60, .warmup = 40, .done = done};
  return run_chains(given(target, values, known), start_of(target, values, rng), sampler, chains, rng).x;
}

}  // namespace

bool can_fill(const Target& target) {
  if (target.binary) return target.conditionals.hidden && target.conditionals.visible;
  return target.log_prob || (target.score && target.data_noise > 0);
}

Tensor filled(const Target& target, const Tensor& values, const Tensor& known, Rng& rng,
              const std::function<void(double)>& done) {
  if (!can_fill(target))
    throw Error(
        "filled: the target has no log-density, score of noisy data or conditionals. Hint: set "
        "Target::log_prob");
  const NoGrad quiet;
  if (target.binary) return by_gibbs(target, values, known, rng, done);
  return target.data_noise > 0 ? among_noise(target, values, known, rng, done)
                               : by_hmc(target, values, known, rng, done);
}

}  // namespace gradzoo
