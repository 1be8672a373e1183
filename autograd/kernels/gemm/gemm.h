#pragma once

#include <cstdint>

/// Matrix products: single-threaded OpenBLAS on tiles that the shape determines, in one parallel loop.
namespace gradzoo::kernels {

/// Sets C (m,n) = op(A) op(B) + beta C, row-major and contiguous: A is (m,k), or (k,m) if `trans_a`; B is
/// (k,n), or (n,k) if `trans_b`. A `bias`, if given (n values, beta must be 0), is added to every row. k = 0
/// gives beta C (+ bias).
template <class T>
void gemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, const T* a, const T* b, T beta, T* c,
          const T* bias = nullptr);

/// Computes `batch` products; strides are in elements between matrices, 0 for a shared operand (never C).
template <class T>
void gemm_batched(int64_t batch, bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, const T* a,
                  int64_t stride_a, const T* b, int64_t stride_b, T beta, T* c, int64_t stride_c);

}  // namespace gradzoo::kernels
