#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/options.h"

/// Which noise goes with which example of a batch.
namespace gradzoo {

/// Noise as it was drawn, or in the order that optimally_paired gives it.
enum class Pairing { independent, optimal };

/// Their names in options.
inline constexpr Choice<Pairing> kPairings[] = {{"independent", Pairing::independent},
                                                {"optimal", Pairing::optimal}};

/// The assignment of columns to rows of n x n costs with the smallest sum, in O(n^3): shortest augmenting
/// paths (Jonker & Volgenant 1987). Costs are finite.
std::vector<int64_t> least_assignment(std::span<const double> costs, int64_t n);

/// Rows of noise (B, d) in another order, so that the sum of |noise_i - data_i|^2 is least within each group
/// of 100 rows: optimal transport between minibatches (Tong et al. 2024; Pooladian et al. 2023).
Tensor optimally_paired(const Tensor& noise, const Tensor& data);

}  // namespace gradzoo
