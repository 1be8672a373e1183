#pragma once

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// 2 E|a - b| - E|a - a'| - E|b - b'| of rows a (n, d), b (m, d), unbiased. Its mean is 0 if and only if both
/// have the same distribution (Szekely & Rizzo 2013). Throws Error for fewer than two rows, or for rows of
/// different widths.
double energy_distance(const Tensor& a, const Tensor& b);

}  // namespace gradzoo
