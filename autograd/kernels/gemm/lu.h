#pragma once

#include <cstdint>

#include "autograd/kernels/gemm/cholesky.h"

/// Factors by LAPACK: P L U of the transposed matrix, L with a unit diagonal, both in the matrix's place.
namespace gradzoo::kernels {

/// Factors each of `batch` matrices a (n,n) in its place. pivots (batch,n): row i was swapped with pivots[i],
/// from 1. status (batch) is as of cholesky: where a pivot is 0 the factors are there, and nothing can be
/// solved by them.
template <class T>
void lu_factor(int64_t batch, int64_t n, T* a, int* pivots, int* status);

/// Of each of `batch` matrices b (n,m) the X with A X = b, or A' X = b, in its place: A is the matrix of the
/// factors which[i].
template <class T>
void lu_solve(int64_t batch, int64_t n, int64_t m, const T* lu, const int* pivots, const int64_t* which,
              bool transpose, T* b);

/// det A = sign exp(log_abs) of each of `batch` factors; 0 and -infinity where a pivot is 0.
template <class T>
void lu_determinant(int64_t batch, int64_t n, const T* lu, const int* pivots, T* sign, T* log_abs);

}  // namespace gradzoo::kernels
