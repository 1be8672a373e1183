#pragma once

#include <algorithm>
#include <cstdint>

#include "autograd/kernels/gemm/gemm_tiling.h"
#include "autograd/kernels/threads/parallel.h"

/// The functions that we use of a BLAS and a LAPACK. OpenBLAS provides them (blas.cpp), or, in a build with
/// GRADZOO_BLAS=own, our own plain code (own_blas.cpp), for machines and web pages without a BLAS. Matrices
/// are row-major, each with the stride of its rows.
namespace gradzoo::kernels {

/// Call this before any other function here: from the first call on, OpenBLAS runs only on the thread that
/// calls it, since parallel_for distributes the work. Throws Error if there is no memory for its buffers per
/// thread: OpenBLAS would request it forever.
void prepare_blas();

/// Calls fn(i) for each of `batch` matrices with work of `flops` each, in parallel, one matrix per thread.
template <class Fn>
void for_each_matrix(int64_t batch, double flops, Fn&& fn) {
  prepare_blas();
  const double serial = kSerialFlops / std::max(1.0, flops);  // matrices too few for a second thread
  parallel_for(batch, std::max<int64_t>(1, static_cast<int64_t>(serial)), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) fn(i);
  });
}

/// The triangle of a matrix to solve with, and how to use it.
struct TriangleFlags {
  bool upper = false, transpose = false, unit_diagonal = false;
};

/// Sets c (m,n) = op(a) op(b) + beta c.
void blas_gemm(bool trans_a, bool trans_b, int m, int n, int k, const float* a, int lda, const float* b,
               int ldb, float beta, float* c, int ldc);
void blas_gemm(bool trans_a, bool trans_b, int m, int n, int k, const double* a, int lda, const double* b,
               int ldb, double beta, double* c, int ldc);
/// Sets y += op(a) x for a with these rows and columns; incx and incy are the distances between elements.
void blas_gemv(bool transpose, int rows, int columns, const float* a, int lda, const float* x, int incx,
               float* y, int incy);
void blas_gemv(bool transpose, int rows, int columns, const double* a, int lda, const double* x, int incx,
               double* y, int incy);
/// Sets to (columns,rows) = from^T; no stride is shorter than a row.
void blas_turn(int rows, int columns, const float* from, int from_stride, float* to, int to_stride);
void blas_turn(int rows, int columns, const double* from, int from_stride, double* to, int to_stride);
/// Replaces b (n,m) with T^-1 b, where T is a triangle of t (n,n); n and m are at least 1.
void blas_trsm(TriangleFlags flags, int n, int m, const float* t, float* b);
void blas_trsm(TriangleFlags flags, int n, int m, const double* t, double* b);
/// Replaces the lower triangle of a (n,n), n at least 1, with L such that L L^T = a (LAPACK's potrf). Returns
/// 0, or the number, from 1, of the first pivot that is not positive.
int blas_cholesky(int n, float* a);
int blas_cholesky(int n, double* a);
/// Replaces the matrix whose rows are a's columns with its factors P L U (LAPACK's getrf, by columns). Column
/// i was swapped with pivots[i], from 1. Returns 0, or the number, from 1, of the first pivot that is 0.
int blas_lu(int n, float* a, int* pivots);
int blas_lu(int n, double* a, int* pivots);
/// Replaces the symmetric a (n,n), n at least 1, with its eigenvectors, one per row; values (n) are ascending
/// (LAPACK's syev). Returns true if it converged.
bool blas_eigen(int n, double* a, double* values);

}  // namespace gradzoo::kernels
