#pragma once

#include <cstdint>

/// Products with matrices of 0 and 1, of which few are 1: sums of rows, several times faster than gemm where
/// a tenth is, as in binarised digits.
namespace gradzoo::kernels {

/// How many of n numbers are 1; -1 where one is neither 0 nor 1.
template <class T>
int64_t count_ones(const T* x, int64_t n);

/// y (rows, cols) = x w: x (rows, k) of 0 and 1, w (k, cols).
template <class T>
void binary_product(const T* x, const T* w, T* y, int64_t rows, int64_t k, int64_t cols);

/// y (k, cols) = x'p, or y += x'p where `adds`: x (rows, k) of 0 and 1, p (rows, cols).
template <class T>
void binary_outer_product(const T* x, const T* p, T* y, bool adds, int64_t rows, int64_t k, int64_t cols);

}  // namespace gradzoo::kernels
