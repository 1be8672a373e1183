#include "gradzoo/samplers/kinds/gibbs.h"

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

// Bits of these probabilities, which are (B, width): any width where it is -1.
Tensor drawn(const Tensor& p, const Tensor& x, int64_t width, std::string_view what, Rng& rng) {
  const bool fits = p.defined() && p.rank() == 2 && p.dim(0) == x.dim(0) && p.dtype() == x.dtype() &&
                    (width < 0 || p.dim(1) == width);
  if (fits) return bernoulli(p, rng);
  throw Error("gibbs: conditionals.{} gives {} for {} rows of {}. Hint: (B, units) of the same dtype", what,
              p.defined() ? p.label() : "nothing", x.dim(0), dtype_name(x.dtype()));
}

}  // namespace

void GibbsOptions::describe(OptionTable& options) {
  options.add("sweeps", sweeps, "sweeps in a transition; each draws both sides once", {1, 1'000'000});
}

BlockGibbs::BlockGibbs(const GibbsOptions& options) : options_(options) {
  if (options.sweeps < 1) throw Error("gibbs: sweeps is {}. Hint: 1 or more", options.sweeps);
}

PointValue BlockGibbs::evaluate(const Target& target, const Tensor& x) {
  count_evaluations(1);
  if (!target.log_prob) return {};
  return {log_prob_of(target, x), {}};
}

Transition BlockGibbs::transition(const Target& target, Rng& rng, bool) {
  Tensor at = x();
  for (int64_t sweep = 0; sweep < options_.sweeps; ++sweep) {
    const Tensor hidden = drawn(target.conditionals.hidden(at), at, -1, "hidden", rng);
    at = drawn(target.conditionals.visible(hidden), at, at.dim(1), "visible", rng);
  }
  return {at, evaluate(target, at), 1};
}

SamplerEntry gibbs_entry() {
  return sampler_entry_of<GibbsOptions, BlockGibbs>(
      {.moves = "h ~ p(h|x), then x' ~ p(x'|h)", .source = "Geman & Geman 1984; Hinton 2002"});
}

}  // namespace gradzoo
