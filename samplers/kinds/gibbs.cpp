#include "gradzoo/samplers/kinds/gibbs.h"

#include <algorithm>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/samplers/metropolis.h"

namespace gradzoo {
namespace {

// Bits of these probabilities, which are (B, width): any width where it is -1.
Tensor drawn(const Tensor& p, const Tensor& x, int64_t width, std::string_view what, Rng& rng) {
  const bool fits = p.defined() && p.rank() == 2 && p.dim(0) == x.dim(0) && p.dtype() == x.dtype() &&
                    (width < 0 || p.dim(1) == width);
  if (fits) return bernoulli(p, rng);
  throw Error(
      "gibbs: conditionals.{} returns {} for {} rows of {}. Hint: return (B, units) of the same dtype", what,
      p.defined() ? p.label() : "nothing", x.dim(0), dtype_name(x.dtype()));
}

}  // namespace

void GibbsOptions::describe(OptionTable& options) {
  options.add("sweeps", sweeps, "sweeps per transition; each sweep draws both sides once", {1, 1'000'000});
}

BlockGibbs::BlockGibbs(const GibbsOptions& options) : options_(options) {
  if (options.sweeps < 1) throw Error("gibbs: sweeps is {}. Hint: use 1 or more", options.sweeps);
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
      {.moves = "h ~ p(h|x), then x_next ~ p(x|h)", .source = "Geman & Geman 1984; Hinton 2002"});
}

namespace {

// x with coordinate floor(u d) of every row turned: x (B, d), u (B) uniform on [0,1).
Tensor one_flipped(const Tensor& x, const Tensor& u) {
  Tensor out = x.clone();
  const int64_t d = x.dim(1);
  visit_floating(x.dtype(), [&]<class T>() {
    T* row = out.mutable_data<T>();
    const T* place = u.data<T>();
    for (int64_t r = 0; r < x.dim(0); ++r, row += d) {
      const auto i = std::min(static_cast<int64_t>(place[r] * static_cast<T>(d)), d - 1);
      row[i] = 1 - row[i];
    }
  });
  return out;
}

}  // namespace

void FlipOptions::describe(OptionTable& options) {
  options.add("flips", flips, "coordinates proposed per transition, one after another", {1, 1'000'000});
}

SingleFlip::SingleFlip(const FlipOptions& options) : options_(options) {
  if (options.flips < 1) throw Error("flip: flips is {}. Hint: use 1 or more", options.flips);
}

Transition SingleFlip::transition(const Target& target, Rng& rng, bool) {
  Transition at{x(), value(), 0};
  double moved = 0;
  for (int64_t flip = 0; flip < options_.flips; ++flip) {
    const Tensor proposal = one_flipped(at.x, rand({at.x.dim(0)}, rng, at.x.dtype()));
    const PointValue proposed = evaluate(target, proposal);
    at = metropolis(at.x, at.value, proposal, proposed, proposed.log_prob - at.value.log_prob, rng);
    moved += at.moved / static_cast<double>(options_.flips);
  }
  return {at.x, at.value, moved};
}

SamplerEntry flip_entry() {
  return sampler_entry_of<FlipOptions, SingleFlip>(
      {.moves = "flip of one random bit, accepted or rejected", .source = "Metropolis et al. 1953"});
}

}  // namespace gradzoo
