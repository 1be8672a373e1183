#pragma once

#include <algorithm>
#include <cstdint>

#include "autograd/kernels/gemm/gemm_tiling.h"
#include "autograd/kernels/threads/parallel.h"

/// What we take from a BLAS and a LAPACK. OpenBLAS answers (blas.cpp), or, in a build with GRADZOO_BLAS=own,
/// plain code of ours (own_blas.cpp), for machines and web pages that have none. Matrices are row-major, with
/// the stride of their rows beside them.
namespace gradzoo::kernels {

/// Before any other call here: from the first one on OpenBLAS runs on the thread that calls it, alone, since
/// parallel_for shares out work. Throws Error where there is no memory for the buffers that it has a thread:
/// it would ask for ever.
void prepare_blas();

/// Calls fn(i) for each of `batch` matrices, whose work is `flops` each: in parallel, one matrix a thread.
template <class Fn>
void for_each_matrix(int64_t batch, double flops, Fn&& fn) {
  prepare_blas();
  const double serial = kSerialFlops / std::max(1.0, flops);  // so many matrices do not pay a second thread
  parallel_for(batch, std::max<int64_t>(1, static_cast<int64_t>(serial)), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) fn(i);
  });
}

/// Which triangle of a matrix is solved with, and how.
struct TriangleFlags {
  bool upper = false, transpose = false, unit_diagonal = false;
};

/// c (m,n) = op(a) op(b) + beta c.
void blas_gemm(bool trans_a, bool trans_b, int m, int n, int k, const float* a, int lda, const float* b,
               int ldb, float beta, float* c, int ldc);
void blas_gemm(bool trans_a, bool trans_b, int m, int n, int k, const double* a, int lda, const double* b,
               int ldb, double beta, double* c, int ldc);
/// y += op(a) x, a having these rows and columns; incx and incy lie between their numbers.
void blas_gemv(bool transpose, int rows, int columns, const float* a, int lda, const float* x, int incx,
               float* y, int incy);
void blas_gemv(bool transpose, int rows, int columns, const double* a, int lda, const double* x, int incx,
               double* y, int incy);
/// to (columns,rows) = from', whose rows are not shorter than its stride.
void blas_turn(int rows, int columns, const float* from, int from_stride, float* to, int to_stride);
void blas_turn(int rows, int columns, const double* from, int from_stride, double* to, int to_stride);
/// b (n,m) becomes T^-1 b, T being a triangle of t (n,n); n and m at least 1.
void blas_trsm(TriangleFlags flags, int n, int m, const float* t, float* b);
void blas_trsm(TriangleFlags flags, int n, int m, const double* t, double* b);
/// The lower triangle of a (n,n), n at least 1, becomes L with L L' = a: LAPACK's potrf. 0, or the first
/// pivot, from 1, that is not positive.
int blas_cholesky(int n, float* a);
int blas_cholesky(int n, double* a);
/// The matrix whose rows are a's columns becomes P L U, in a's place: LAPACK's getrf, whose columns are rows
/// here. Column i was swapped with pivots[i], from 1. 0, or the first pivot, from 1, that is 0.
int blas_lu(int n, float* a, int* pivots);
int blas_lu(int n, double* a, int* pivots);
/// The symmetric a (n,n), n at least 1, becomes its eigenvectors, a row each; values (n) in rising order:
/// LAPACK's syev. Whether that converged.
bool blas_eigen(int n, double* a, double* values);

}  // namespace gradzoo::kernels
