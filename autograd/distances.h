#pragma once

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// |a_i - b_j|^2 of rows a (n, d) and b (m, d): (n, m) f64. Sums of squared differences, so that rows far
/// from 0 keep their digits; |a|^2 + |b|^2 - 2 a^T b loses them. Never recorded.
Tensor squared_distances(const Tensor& a, const Tensor& b);

}  // namespace gradzoo
