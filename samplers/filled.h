#pragma once

#include <functional>

#include "gradzoo/samplers/target.h"

namespace gradzoo {

/// Draws the unknown elements of rows, given the known ones: `values` (n, d), and `known` (d), which is 1 for
/// known and 0 for unknown elements -> (n, d). The method depends on the target:
/// - Bipartite binary model: block Gibbs with fixed known units, which are drawn once with the probabilities
/// `values`;
///   the result has the probabilities of the last draw of the unknown units.
/// - Distribution of data with noise t (Target::data_noise): Langevin steps of t^2 / 10 with noisy known
/// values, and
///   then the mean without noise, x + t^2 s(x).
/// - Log-density: Hamiltonian Monte Carlo, which adapts its step.
/// Chains start at Target::initial, or at uniform numbers in [0, 1]. `done` receives the completed share.
/// Throws Error if the target has none of these properties or if shapes do not match.
Tensor filled(const Target& target, const Tensor& values, const Tensor& known, Rng& rng,
              const std::function<void(double)>& done = {});

/// Returns true if filled() accepts the target.
bool can_fill(const Target& target);

}  // namespace gradzoo
