#include "gradzoo/autograd/ops.h"
#include "gradzoo/models/ebm/ebm.h"

namespace gradzoo {

Transition LimitedLangevin::transition(const Target& target, Rng& rng, bool) {
  const Tensor& score = value().score;
  const Tensor slope = move_.step_clip > 0 ? clamp(score, -move_.step_clip, move_.step_clip) : score;
  Tensor next = x() + slope * move_.step + randn_like(x(), rng) * move_.noise;
  if (move_.clamp) next = clamp(next, 0, 1);
  return {next, evaluate(target, next), 1};
}

}  // namespace gradzoo
