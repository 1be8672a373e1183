#pragma once

#include <algorithm>

#include "models/networks/rbm_layer.h"

/// What of a restricted Boltzmann machine is found by enumerating its smaller side: sums in f64, the terms in
/// the layer's dtype unless said otherwise.
namespace gradzoo {

/// Units of the smaller side up to which a machine is enumerated.
inline constexpr int64_t kMostEnumerated = 20;
inline bool is_enumerable(const RbmLayer& layer) {
  return std::min(layer.visible(), layer.hidden()) <= kMostEnumerated;
}

/// log Z = log sum_h exp(c'h + sum_i softplus(b_i + W_i h)), or the same over x where that side is smaller;
/// the terms in f64. Throws Error where the smaller side has more than kMostEnumerated units, with the cost
/// and what to do instead.
double exact_log_partition(const RbmLayer& layer);

/// Expectations under the model: E[x h'] (n, m), E[x] (n), E[h] (m).
struct RbmMoments {
  Tensor products, visible, hidden;
};
RbmMoments exact_moments(const RbmLayer& layer);

/// n independent draws of x, (n, visible): the smaller side by its law, then the other given it.
Tensor exact_samples(const RbmLayer& layer, int64_t n, Rng& rng);

/// Rows begin ... end-1 of all patterns of `bits` bits, the lowest bit first: (end - begin, bits).
Tensor binary_patterns(int64_t begin, int64_t end, int64_t bits, DType dtype);

}  // namespace gradzoo
