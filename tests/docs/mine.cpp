// The sampler of docs/add-sampler.md, with the transition of ula, and its entry.
//! tree
#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/registry.h"
#include "samplers/kinds/check_step.h"

namespace gradzoo {

//! block

Transition Mine::transition(const Target& target, Rng& rng, bool) {
  const Tensor next = x() + value().score * step_ + randn_like(x(), rng) * std::sqrt(2 * step_);
  return {next, evaluate(target, next), 1};
}

}  // namespace gradzoo

int main() {
  using namespace gradzoo;
  Rng rng(1);
  const Target normal{.log_prob = [](const Tensor& x) { return sum(square(x), 1) * -0.5; }};
  const SamplerEntry entry = sampler_entry_of<MineOptions, Mine>({});
  const std::unique_ptr<Sampler> sampler = entry.options()->make();
  const ChainResult chains =
      run_chains(normal, randn({50, 2}, rng), *sampler, {.steps = 400, .warmup = 50}, rng);
  return sampler->name() == "mine" && chains.rhat[0] < 1.2 ? 0 : 1;
}
