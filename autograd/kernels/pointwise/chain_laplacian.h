#pragma once

#include <cstdint>

/// The chain rule of the Laplacian for y = f(z), elementwise, in one pass over what is carried:
///   y_k = f' J_k,  k < K;   y_K = f' L + f'' sum_k J_k^2.
namespace gradzoo::kernels {

/// Sizes. Rows J_0 ... J_(K-1), L of z hold `row` numbers each, f' and f'' hold `points`: all rows of a batch
/// may share J and L, which then stand for points / row copies one after the other.
struct ChainShape {
  int64_t directions;   // K
  int64_t points, row;  // row divides points
  bool keeps_jacobian;  // y holds y_0 ... y_K; else y_K alone
};

/// Points that are worked through at once: their sums over directions stay in the first cache.
inline constexpr int64_t kChainSegment = 512;

/// rows (K+1, row), f1 and f2 (points), y (K+1 or 1, points).
template <class T>
void chain_laplacian(const ChainShape& shape, const T* rows, const T* f1, const T* f2, T* y);

/// Its gradients from g, of y's layout: d_rows (K+1, row), summed over the copies; d_f1, d_f2 (points).
template <class T>
void chain_laplacian_grad(const ChainShape& shape, const T* rows, const T* f1, const T* f2, const T* g,
                          T* d_rows, T* d_f1, T* d_f2);

}  // namespace gradzoo::kernels
