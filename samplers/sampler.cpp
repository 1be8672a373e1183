#include "gradzoo/samplers/sampler.h"

#include <cmath>

#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "samplers/domain.h"

namespace gradzoo {

namespace {

// An infinite log-density passes: annealed importance sampling comes to points outside a support.
void check_numbers(std::string_view sampler, const Tensor& values, std::string_view what) {
  const int64_t chain = first_row_with(values, [](double value) { return std::isnan(value); });
  if (chain < 0) return;
  throw Error("{}: {} is not a number where chain {} starts. Hint: start where the density is above 0",
              sampler, what, chain);
}

}  // namespace

void Sampler::begin(const Target& target, const Tensor& x) {
  const std::string unfit = why_unfit(name(), needs(), target);
  if (!unfit.empty()) throw Error(unfit);
  evaluations_ = 0;
  const Tensor start = x.detach();
  check_inside(name(), target, start);
  on_begin(start);
  at_ = {start, evaluate(target, start), 1};
  check_numbers(name(), start, "x");
  check_numbers(name(), at_.value.log_prob, "log_prob");
  check_numbers(name(), at_.value.score, "the score");
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
