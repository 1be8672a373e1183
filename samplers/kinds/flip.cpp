#include <algorithm>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/samplers/kinds/gibbs.h"
#include "gradzoo/samplers/metropolis.h"

namespace gradzoo {
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
  options.add("flips", flips, "coordinates tried in a transition, one after another", {1, 1'000'000});
}

SingleFlip::SingleFlip(const FlipOptions& options) : options_(options) {
  if (options.flips < 1) throw Error("flip: flips is {}. Hint: 1 or more", options.flips);
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
      {.moves = "one random bit is flipped, then accepted or rejected", .source = "Metropolis et al. 1953"});
}

}  // namespace gradzoo
