#pragma once

#include <span>
#include <vector>

namespace gradzoo {

/// Returns c_t = 1/n sum_i (x_i - mean)(x_{i+t} - mean) for t = 0 ... n-1 in O(n log n), with an FFT.
std::vector<double> autocovariance(std::span<const double> x);

}  // namespace gradzoo
