#pragma once

#include "gradzoo/models/base/model.h"
#include "gradzoo/models/networks/rbm_layer.h"

namespace gradzoo {

/// Chains from x (rows, n) at ten growing numbers of Gibbs steps, the last of them `steps`: the probabilities
/// of the pixels.
Picture rbm_chains(const RbmLayer& layer, const Tensor& x, int64_t steps, const Shape& tile, Rng& rng);

/// The distribution of F over held-out and over training examples.
Picture rbm_free_energies(const RbmLayer& layer, const DataView& data, Pixels pixels);

}  // namespace gradzoo
