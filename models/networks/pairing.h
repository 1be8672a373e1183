#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/options.h"

/// The pairing of noise and examples within a batch.
namespace gradzoo {

/// The order of noise: as drawn, or from optimally_paired.
enum class Pairing { independent, optimal };

/// The names in options.
inline constexpr Choice<Pairing> kPairings[] = {{"independent", Pairing::independent},
                                                {"optimal", Pairing::optimal}};

/// Returns the assignment of columns to rows of n x n finite costs with the smallest sum, in O(n^3):
/// shortest augmenting paths (Jonker & Volgenant 1987).
std::vector<int64_t> least_assignment(std::span<const double> costs, int64_t n);

/// Returns rows of noise (B, d) in the order that minimises the sum of |noise_i - data_i|^2 within each
/// group of 100 rows: optimal transport between minibatches (Tong et al. 2024; Pooladian et al. 2023).
Tensor optimally_paired(const Tensor& noise, const Tensor& data);

}  // namespace gradzoo
