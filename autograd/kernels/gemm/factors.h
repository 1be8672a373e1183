#pragma once

#include <cstdint>

/// Factorisations, solves and eigenvalues of many matrices, with LAPACK and BLAS.
namespace gradzoo::kernels {

/// The status of a factorisation: 0 on success, kNotFinite, or the number, from 1, of the first pivot at
/// which it stopped.
inline constexpr int kNotFinite = -1;

/// Computes the lower triangular L with L L^T = (A + A^T) / 2 for each of `batch` matrices a (n,n) with
/// LAPACK, and the status (batch).
template <class T>
void cholesky(int64_t batch, int64_t n, const T* a, T* l, int* status);

/// Factors each of `batch` matrices a (n,n) in its place: L, with a unit diagonal, and U of P L U for the
/// transposed matrix. pivots (batch,n): row i was swapped with pivots[i], from 1. status (batch) is as in
/// cholesky(); if a pivot is 0, the factors are there, but nothing can be solved with them.
template <class T>
void lu_factor(int64_t batch, int64_t n, T* a, int* pivots, int* status);

/// Replaces each of `batch` matrices b (n,m) with X such that A X = b, or A^T X = b. A is the matrix of the
/// factors which[i].
template <class T>
void lu_solve(int64_t batch, int64_t n, int64_t m, const T* lu, const int* pivots, const int64_t* which,
              bool transpose, T* b);

/// Computes det A = sign exp(log_abs) for each of `batch` factors; 0 and -infinity if a pivot is 0.
template <class T>
void lu_determinant(int64_t batch, int64_t n, const T* lu, const int* pivots, T* sign, T* log_abs);

/// Replaces each of `batch` matrices b (n,m) with X such that T X = b, or T^T X = b. T is the upper or lower
/// triangle of the matrix t[which[i]] (n,n), whose other half is not read.
template <class T>
void triangular_solve(int64_t batch, int64_t n, int64_t m, bool upper, bool transpose, const T* t,
                      const int64_t* which, T* b);

/// Computes the eigenvalues (n) of a symmetric matrix a (n,n), ascending, and replaces a with the
/// eigenvectors, one per row, with LAPACK in f64. Throws Error if it does not converge, as for a matrix that
/// is not finite.
void symmetric_eigen(int64_t n, double* a, double* values);

}  // namespace gradzoo::kernels
