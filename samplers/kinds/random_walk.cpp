#include "gradzoo/samplers/kinds/random_walk.h"

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/domain.h"
#include "gradzoo/samplers/metropolis.h"
#include "samplers/kinds/check_step.h"

namespace gradzoo {

void RandomWalkOptions::describe(OptionTable& options) {
  options.add("step", step, "standard deviation of a proposal");
}

RandomWalk::RandomWalk(const RandomWalkOptions& options) : options_(options) {
  check_step("mh", options.step);
}

// The proposal is symmetric, folded into the domain too, so its densities cancel.
Transition RandomWalk::transition(const Target& target, Rng& rng, bool) {
  Tensor proposal = x() + randn_like(x(), rng) * options_.step;
  reflect(target.domain, proposal);
  const PointValue proposed = evaluate(target, proposal);
  return metropolis(x(), value(), proposal, proposed, proposed.log_prob - value().log_prob, rng);
}

SamplerEntry random_walk_entry() {
  return sampler_entry_of<RandomWalkOptions, RandomWalk>(
      {.moves = "proposal x + step z, accepted or rejected",
       .source = "Metropolis et al. 1953; Hastings 1970"});
}

}  // namespace gradzoo
