#pragma once

#include <cstdint>

/// The chain rule of the Laplacian for an elementwise y = f(z), in one pass over the rows:
///   y_k = f' J_k,  k < K;   y_K = f' L + f'' sum_k J_k^2.
namespace gradzoo::kernels {

/// The sizes: each of the rows J_0 ... J_(K-1), L of z has `row` elements, and f' and f'' have `points`. If
/// all rows of a batch share J and L, these stand for points / row copies one after the other.
struct ChainShape {
  int64_t directions;   // K
  int64_t points, row;  // row divides points
  bool keeps_jacobian;  // y has y_0 ... y_K; else only y_K
};

/// The number of points per block: their sums over directions stay in the first-level cache.
inline constexpr int64_t kChainSegment = 512;

/// Computes y (K+1 or 1, points) from rows (K+1, row), f1 and f2 (points).
template <class T>
void chain_laplacian(const ChainShape& shape, const T* rows, const T* f1, const T* f2, T* y);

/// Computes the gradients from g, in y's layout: d_rows (K+1, row), summed over copies; d_f1, d_f2 (points).
template <class T>
void chain_laplacian_grad(const ChainShape& shape, const T* rows, const T* f1, const T* f2, const T* g,
                          T* d_rows, T* d_f1, T* d_f2);

}  // namespace gradzoo::kernels
