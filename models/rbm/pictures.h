#pragma once

#include "gradzoo/models/base/model.h"
#include "gradzoo/models/networks/rbm_layer.h"

namespace gradzoo {

/// Draws pixel probabilities of chains from x (rows, n) at ten growing numbers of Gibbs steps up to `steps`.
Picture rbm_chains(const RbmLayer& layer, const Tensor& x, int64_t steps, const Shape& tile, Rng& rng);

/// Draws the distribution of F over held-out and over training examples.
Picture rbm_free_energies(const RbmLayer& layer, const DataView& data, Pixels pixels);

}  // namespace gradzoo
