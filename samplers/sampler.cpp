#include "gradzoo/samplers/sampler.h"

#include <cmath>

#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/samplers/domain.h"

namespace gradzoo {

void Sampler::begin(const Target& target, const Tensor& x) {
  if (const std::string_view why = unmet_need(needs(), target); !why.empty())
    throw Error("{}: it {}. Hint: choose one of fitting_samplers(target)", name(), why);
  evaluations_ = 0;
  const Tensor start = x.detach();
  check_inside(name(), target, start);
  on_begin(start);
  at_ = {start, evaluate(target, start), 1};
  // An infinite log-density passes: annealed importance sampling comes to points outside a support.
  check_start(name(), start, at_.value, "a number", [](double value) { return std::isnan(value); });
}

void Sampler::step(const Target& target, Rng& rng, bool warming_up) {
  const NoGrad quiet;
  at_ = transition(target, rng, warming_up);
}

PointValue Sampler::evaluate(const Target& target, const Tensor& x) {
  count_evaluations(1);
  if ((needs() & kNeedsScore) == 0) return {log_prob_of(target, x), {}};
  return value_and_score(target, x);
}

void Sampler::add_to(State&, const std::string&) {}

}  // namespace gradzoo
