#pragma once

#include <algorithm>

#include "models/networks/rbm_layer.h"

/// Quantities of a restricted Boltzmann machine by enumerating its smaller side: sums in f64, terms in the
/// layer's dtype unless stated otherwise.
namespace gradzoo {

/// The largest smaller side, in units, that is enumerated.
inline constexpr int64_t kMostEnumerated = 20;
/// Whether its smaller side can be enumerated.
inline bool is_enumerable(const RbmLayer& layer) {
  return std::min(layer.visible(), layer.hidden()) <= kMostEnumerated;
}

/// log Z = log sum_h exp(c'h + sum_i softplus(b_i + W_i h)), or the same over x if that side is smaller;
/// terms in f64. Throws Error if the smaller side has more than kMostEnumerated units; the message has the
/// cost and an alternative.
double exact_log_partition(const RbmLayer& layer);

/// Expectations under the model: E[x h'] (n, m), E[x] (n), E[h] (m).
struct RbmMoments {
  Tensor products, visible, hidden;  ///< E[x h'], E[x], E[h]
};
RbmMoments exact_moments(const RbmLayer& layer);  ///< throws Error as exact_log_partition does

/// n independent draws of x, (n, visible): the smaller side from its marginal, then the other given it.
Tensor exact_samples(const RbmLayer& layer, int64_t n, Rng& rng);

/// Rows begin ... end-1 of all patterns of `bits` bits, the lowest bit first: (end - begin, bits).
Tensor binary_patterns(int64_t begin, int64_t end, int64_t bits, DType dtype);

}  // namespace gradzoo
