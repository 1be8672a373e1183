#pragma once

#include <cstdint>

namespace gradzoo::kernels {

/// y[row] += sum_j softplus(to z_j) - softplus(from z_j), z = x + bias, for rows x (rows, cols), bias (cols).
/// Small rises are as accurate as large ones: softplus(t) - softplus(s) = log1p(sigmoid(s) expm1(t - s)).
/// From 0 to 1 the rise is the sum of softplus z_j minus cols log 2.
template <class T>
void softplus_rise(double from, double to, const T* x, const T* bias, double* y, int64_t rows, int64_t cols);

}  // namespace gradzoo::kernels
