#pragma once

#include <algorithm>
#include <cstdint>

#include "autograd/kernels/gemm/gemm_tiling.h"
#include "autograd/kernels/threads/parallel.h"

/// What calls of BLAS and LAPACK have in common.
namespace gradzoo::kernels {

/// Before any call of BLAS or LAPACK: from the first one on OpenBLAS runs on the thread that calls it, alone,
/// since parallel_for shares out work. Throws Error where there is no memory for the buffers that it has a
/// thread: it would ask for ever.
void prepare_blas();

/// The side of a matrix as BLAS takes it. Throws Error where it is longer than that.
int blas_size(int64_t n);

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

/// b (n,m) becomes T^-1 b, T being a triangle of t (n,n): BLAS's trsm on rows, n and m at least 1.
void blas_trsm(TriangleFlags flags, int n, int m, const float* t, float* b);
void blas_trsm(TriangleFlags flags, int n, int m, const double* t, double* b);

}  // namespace gradzoo::kernels
