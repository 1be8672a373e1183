#pragma once

#include <cstdint>

/// Factors, solves and eigenvalues of many matrices, by LAPACK and BLAS.
namespace gradzoo::kernels {

/// What a factorisation says of a matrix: 0 where it has one, kNotFinite, or the number of the first pivot,
/// from 1, that it cannot go on from.
inline constexpr int kNotFinite = -1;

/// L, lower triangular with L L' = (A + A') / 2, of each of `batch` matrices a (n,n). By LAPACK. status
/// (batch).
template <class T>
void cholesky(int64_t batch, int64_t n, const T* a, T* l, int* status);

/// Of P L U of the transposed matrix, L with a unit diagonal, both in the matrix's place.
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

/// Of each of `batch` matrices b (n,m) the X with T X = b, or T' X = b, in its place: T is the upper or lower
/// triangle of the matrix t[which[i]] (n,n), whose other half is not read.
template <class T>
void triangular_solve(int64_t batch, int64_t n, int64_t m, bool upper, bool transpose, const T* t,
                      const int64_t* which, T* b);

/// Of a symmetric matrix a (n,n) the eigenvalues (n), ascending; a becomes the eigenvectors, one a row. By
/// LAPACK, in f64. Throws Error where it does not converge, as of a matrix that is not finite.
void symmetric_eigen(int64_t n, double* a, double* values);

}  // namespace gradzoo::kernels
