#pragma once

#include "autograd/tensor.h"

namespace gradzoo {

/// 2 E|a - b| - E|a - a'| - E|b - b'| of rows a (n, d), b (m, d), unbiased: 0 in the mean where both have one
/// law, and only there (Szekely & Rizzo 2013). Throws Error for fewer than two rows, or rows of other widths.
double energy_distance(const Tensor& a, const Tensor& b);

}  // namespace gradzoo
