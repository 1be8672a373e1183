#include "samplers/sampler.h"

#include <fmt/format.h>

#include "autograd/base/error.h"
#include "autograd/tape.h"
#include "samplers/registry.h"

namespace gradzoo {

std::string why_unfit(std::string_view name, unsigned needs, const Target& target) {
  if (!target.log_prob && !target.score)
    return "the target has neither log-density nor score. Hint: set Target::log_prob or Target::score";
  if ((needs & kNeedsLogProb) == 0 || target.log_prob) return "";
  return fmt::format("{}: the target has a score but no log-density. Hint: needing the score alone: {}", name,
                     sampler_names(kNeedsScore));
}

void Sampler::begin(const Target& target, const Tensor& x) {
  const std::string unfit = why_unfit(name(), needs(), target);
  if (!unfit.empty()) throw Error(unfit);
  evaluations_ = 0;
  const Tensor start = x.detach();
  on_begin(start);
  at_ = {start, evaluate(target, start), 1};
}

void Sampler::step(const Target& target, Rng& rng, bool warming_up) {
  const NoGrad quiet;
  at_ = transition(target, rng, warming_up);
}

PointValue Sampler::evaluate(const Target& target, const Tensor& x) {
  ++evaluations_;
  if ((needs() & kNeedsScore) == 0) return {log_prob_of(target, x), {}};
  return value_and_score(target, x);
}

void Sampler::add_to(State&, const std::string&) {}

}  // namespace gradzoo
