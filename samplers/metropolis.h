#pragma once

#include "samplers/sampler.h"

namespace gradzoo {

/// min(1, e^r) elementwise, r = log [p(x') q(x | x')] - log [p(x) q(x' | x)]: the chance to move from x to a
/// proposal x' ~ q(. | x) that leaves p as it is (Metropolis et al. 1953; Hastings 1970). NaN gives 0: a
/// proposal whose density is not a number is never taken.
Tensor metropolis_acceptance(const Tensor& log_ratio);

/// Who moves: u < metropolis_acceptance(log_ratio), u uniform on [0,1), both (B). A mask (u8).
Tensor metropolis_moves(const Tensor& log_ratio, const Tensor& uniform);

/// The proposal where a chain moves, else where it stands; x, proposal (B, d), log_ratio (B). One draw of
/// uniforms.
Transition metropolis(const Tensor& x, const PointValue& value, const Tensor& proposal,
                      const PointValue& proposed, const Tensor& log_ratio, Rng& rng);

}  // namespace gradzoo
