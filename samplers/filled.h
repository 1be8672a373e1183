#pragma once

#include <functional>

#include "gradzoo/samplers/target.h"

namespace gradzoo {

/// Draws the numbers of rows that are not known, given those that are: `values` (n, d), `known` (d) 1 where
/// they are to be believed and 0 elsewhere -> (n, d).
/// - Units of a bipartite binary model: block Gibbs with the known units held, which are drawn once, `values`
///   being their probabilities; the others come as the probabilities of their last draw.
/// - A law of data with noise t (Target::data_noise): Langevin steps of t^2 / 10 beside values with such
///   noise, and then the mean without it, x + t^2 s(x).
/// - A log-density: Hamiltonian Monte Carlo, which adapts its step.
/// Chains begin where the target says, else at uniform numbers of [0, 1]. `done` is told the share that is
/// done. Throws Error where the target has none of these, and where shapes do not fit.
Tensor filled(const Target& target, const Tensor& values, const Tensor& known, Rng& rng,
              const std::function<void(double)>& done = {});

/// Whether a target has what that takes.
bool can_fill(const Target& target);

}  // namespace gradzoo
