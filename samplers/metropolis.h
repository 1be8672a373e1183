#pragma once

#include "gradzoo/samplers/sampler.h"

namespace gradzoo {

/// Returns the acceptance probability of a proposal y ~ q(. | x) that leaves p invariant, elementwise: min(1,
/// exp(r)), r = log [p(y) q(x | y)] - log [p(x) q(y | x)] (Metropolis et al. 1953; Hastings 1970). It is 0 if
/// r is NaN: a proposal whose density is NaN is never accepted.
Tensor metropolis_acceptance(const Tensor& log_ratio);

/// Returns a mask (u8) of the chains that accept: u < metropolis_acceptance(log_ratio), u uniform on [0,1),
/// both (B).
Tensor metropolis_moves(const Tensor& log_ratio, const Tensor& uniform);

/// Returns the proposal if a chain accepts, otherwise its current x; x, proposal (B, d), log_ratio (B). Uses
/// one draw.
Transition metropolis(const Tensor& x, const PointValue& value, const Tensor& proposal,
                      const PointValue& proposed, const Tensor& log_ratio, Rng& rng);

}  // namespace gradzoo
