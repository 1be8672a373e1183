#include "autograd/kernels/gemm/factors.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/kernels/gemm/blas.h"
#include "gradzoo/base/error.h"

namespace gradzoo::kernels {
namespace {

/// The side of a matrix as BLAS takes it. Throws Error where it is longer than that.
int blas_size(int64_t n) {
  constexpr int64_t kLargest = std::numeric_limits<int>::max();
  if (n > kLargest) throw Error("a matrix has {} rows or columns. Hint: use at most {}", n, kLargest);
  return static_cast<int>(n);
}

template <class T>
int factor(int n, const T* a, T* l) {
  bool finite = true;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      const T below = a[i * n + j], above = a[j * n + i];
      finite = finite && std::isfinite(below);
      l[i * n + j] = j <= i ? below + (above - below) / 2 : T{0};
    }
  }
  if (!finite) return kNotFinite;
  if (const int info = blas_cholesky(n, l); info != 0) return info;
  for (int i = 0; i < n; ++i) {
    if (!(l[static_cast<int64_t>(i) * (n + 1)] > 0)) return i + 1;  // NaN, where a square overflowed
  }
  return 0;
}

template <class T>
void swap_rows(int64_t m, T* b, int64_t i, int pivot) {
  const int64_t other = pivot - 1;
  if (other != i) std::swap_ranges(b + i * m, b + (i + 1) * m, b + other * m);
}

// The columns of LAPACK are rows here: what it factors into P L U is A'. Read by rows, U' is the lower
// triangle and L' the upper one, of a unit diagonal: A = U' L' P'.
constexpr TriangleFlags kFactorU = {.upper = false}, kFactorL = {.upper = true, .unit_diagonal = true};

TriangleFlags transposed(TriangleFlags flags) {
  flags.transpose = true;
  return flags;
}

}  // namespace

template <class T>
void cholesky(int64_t batch, int64_t n, const T* a, T* l, int* status) {
  const int order = blas_size(n);
  const auto size = static_cast<double>(n);
  for_each_matrix(batch, size * size * size / 3, [=](int64_t i) {
    status[i] = order == 0 ? 0 : factor(order, a + i * n * n, l + i * n * n);
  });
}
template void cholesky(int64_t, int64_t, const float*, float*, int*);
template void cholesky(int64_t, int64_t, const double*, double*, int*);

template <class T>
void lu_factor(int64_t batch, int64_t n, T* a, int* pivots, int* status) {
  const int order = blas_size(n);
  const auto size = static_cast<double>(n);
  for_each_matrix(batch, 2 * size * size * size / 3, [=](int64_t i) {
    T* matrix = a + i * n * n;
    const bool finite = std::all_of(matrix, matrix + n * n, [](T x) { return std::isfinite(x); });
    status[i] = !finite ? kNotFinite : order == 0 ? 0 : blas_lu(order, matrix, pivots + i * n);
  });
}

template <class T>
void lu_solve(int64_t batch, int64_t n, int64_t m, const T* lu, const int* pivots, const int64_t* which,
              bool transpose, T* b) {
  const int rows = blas_size(n), columns = blas_size(m);
  if (n == 0 || m == 0) return;
  const double flops = 2 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(m);
  for_each_matrix(batch, flops, [=](int64_t i) {
    const T* factors = lu + which[i] * n * n;
    const int* swaps = pivots + which[i] * n;
    T* x = b + i * n * m;
    if (transpose) {
      for (int64_t row = 0; row < n; ++row) swap_rows(m, x, row, swaps[row]);
      blas_trsm(transposed(kFactorL), rows, columns, factors, x);
      blas_trsm(transposed(kFactorU), rows, columns, factors, x);
    } else {
      blas_trsm(kFactorU, rows, columns, factors, x);
      blas_trsm(kFactorL, rows, columns, factors, x);
      for (int64_t row = n - 1; row >= 0; --row) swap_rows(m, x, row, swaps[row]);
    }
  });
}

template <class T>
void lu_determinant(int64_t batch, int64_t n, const T* lu, const int* pivots, T* sign, T* log_abs) {
  for (int64_t i = 0; i < batch; ++i) {
    double parity = 1, sum = 0;
    for (int64_t k = 0; k < n; ++k) {
      const auto pivot = static_cast<double>(lu[i * n * n + k * (n + 1)]);
      if (pivots[i * n + k] != k + 1) parity = -parity;
      parity = pivot == 0 ? 0 : pivot < 0 ? -parity : parity;
      sum += std::log(std::abs(pivot));
    }
    sign[i] = static_cast<T>(parity);
    log_abs[i] = static_cast<T>(sum);
  }
}

template void lu_factor(int64_t, int64_t, float*, int*, int*);
template void lu_factor(int64_t, int64_t, double*, int*, int*);
template void lu_solve(int64_t, int64_t, int64_t, const float*, const int*, const int64_t*, bool, float*);
template void lu_solve(int64_t, int64_t, int64_t, const double*, const int*, const int64_t*, bool, double*);
template void lu_determinant(int64_t, int64_t, const float*, const int*, float*, float*);
template void lu_determinant(int64_t, int64_t, const double*, const int*, double*, double*);

template <class T>
void triangular_solve(int64_t batch, int64_t n, int64_t m, bool upper, bool transpose, const T* t,
                      const int64_t* which, T* b) {
  const int rows = blas_size(n), columns = blas_size(m);
  if (n == 0 || m == 0) return;
  const double flops = static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(m);
  for_each_matrix(batch, flops, [=](int64_t i) {
    blas_trsm({.upper = upper, .transpose = transpose}, rows, columns, t + which[i] * n * n, b + i * n * m);
  });
}
template void triangular_solve(int64_t, int64_t, int64_t, bool, bool, const float*, const int64_t*, float*);
template void triangular_solve(int64_t, int64_t, int64_t, bool, bool, const double*, const int64_t*, double*);

void symmetric_eigen(int64_t n, double* a, double* values) {
  if (n == 0) return;
  prepare_blas();
  if (!blas_eigen(blas_size(n), a, values))
    throw Error("eigenvalues of a {}x{} matrix did not converge. Hint: pass finite elements", n, n);
}

}  // namespace gradzoo::kernels
