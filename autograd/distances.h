#pragma once

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// Returns |a_i - b_j|^2 for the rows of a (n, d) and b (m, d) as (n, m) f64. Squared differences are summed,
/// so that rows far from 0 keep their digits; |a|^2 + |b|^2 - 2 a^T b would lose them. Never recorded.
Tensor squared_distances(const Tensor& a, const Tensor& b);

}  // namespace gradzoo
