#pragma once

#include "gradzoo/samplers/sampler.h"

namespace gradzoo {

/// min(1, e^r) elementwise, r = log [p(x') q(x | x')] - log [p(x) q(x' | x)]: the acceptance probability of a
/// proposal x' ~ q(. | x), which leaves p invariant (Metropolis et al. 1953; Hastings 1970). NaN gives 0: a
/// proposal whose density is NaN is never accepted.
Tensor metropolis_acceptance(const Tensor& log_ratio);

/// The chains that accept, as a mask (u8): u < metropolis_acceptance(log_ratio), u uniform on [0,1), both
/// (B).
Tensor metropolis_moves(const Tensor& log_ratio, const Tensor& uniform);

/// The proposal where a chain accepts, otherwise its current x; x, proposal (B, d), log_ratio (B). One draw
/// of uniforms.
Transition metropolis(const Tensor& x, const PointValue& value, const Tensor& proposal,
                      const PointValue& proposed, const Tensor& log_ratio, Rng& rng);

}  // namespace gradzoo
