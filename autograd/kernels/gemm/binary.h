#pragma once

#include <cstdint>

/// Products with matrices of 0 and 1 that have few ones: sums of rows, several times faster than gemm if a
/// tenth of the elements is 1, as in binarised digits.
namespace gradzoo::kernels {

/// Returns the number of ones among n elements, or -1 if one is neither 0 nor 1.
template <class T>
int64_t count_ones(const T* x, int64_t n);

/// Sets y (rows, cols) = x w: x (rows, k) of 0 and 1, w (k, cols).
template <class T>
void binary_product(const T* x, const T* w, T* y, int64_t rows, int64_t k, int64_t cols);

/// Sets y (k, cols) = x^T p, or y += x^T p if `adds`: x (rows, k) of 0 and 1, p (rows, cols).
template <class T>
void binary_outer_product(const T* x, const T* p, T* y, bool adds, int64_t rows, int64_t k, int64_t cols);

}  // namespace gradzoo::kernels
