#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "autograd/kernels/gemm/blas.h"
#include "autograd/kernels/gemm/blas_kernel.h"
#include "autograd/kernels/gemm/direct_tile.h"
#include "autograd/kernels/threads/scratch.h"

namespace gradzoo::kernels {
namespace {

int64_t wide(int v) { return v; }

/// B of a product as rows: b itself, or a copy of it turned round.
template <class T>
const T* rows_of_b(bool trans_b, int n, int k, const T* b, int& ldb) {
  if (!trans_b) return b;
  struct Turned;
  T* const to = scratch<T, Turned>(wide(k) * n);
  blas_turn(n, k, b, ldb, to, n);
  ldb = n;
  return to;
}

template <class T>
void add_dot(bool transpose, int rows, int columns, const T* a, int lda, const T* x, int incx, T* y,
             int incy) {
  if (transpose) {
    for (int i = 0; i < rows; ++i) {
      const T factor = x[wide(i) * incx];
      for (int j = 0; j < columns; ++j) y[wide(j) * incy] += factor * a[wide(i) * lda + j];
    }
    return;
  }
  for (int i = 0; i < rows; ++i) {
    T sum = 0;
    for (int j = 0; j < columns; ++j) sum += a[wide(i) * lda + j] * x[wide(j) * incx];
    y[wide(i) * incy] += sum;
  }
}

template <class T>
void turn_blocks(int rows, int columns, const T* from, int from_stride, T* to, int to_stride) {
  constexpr int kSide = 16;
  for (int row = 0; row < rows; row += kSide) {
    for (int column = 0; column < columns; column += kSide) {
      const int last_row = std::min(rows, row + kSide), last_column = std::min(columns, column + kSide);
      for (int i = row; i < last_row; ++i)
        for (int j = column; j < last_column; ++j)
          to[wide(j) * to_stride + i] = from[wide(i) * from_stride + j];
    }
  }
}

/// Row after row of X, from the end of the triangle that has one number alone.
template <class T>
void solve(TriangleFlags flags, int n, int m, const T* t, T* b) {
  const bool forward = flags.upper == flags.transpose;
  for (int step = 0; step < n; ++step) {
    const int i = forward ? step : n - 1 - step;
    T* const row = b + wide(i) * m;
    for (int other = forward ? 0 : i + 1, end = forward ? i : n; other < end; ++other) {
      const T factor = flags.transpose ? t[wide(other) * n + i] : t[wide(i) * n + other];
      for (int j = 0; j < m; ++j) row[j] -= factor * b[wide(other) * m + j];
    }
    if (flags.unit_diagonal) continue;
    for (int j = 0; j < m; ++j) row[j] /= t[wide(i) * (n + 1)];
  }
}

template <class T>
int factor_lower(int n, T* a) {
  for (int i = 0; i < n; ++i) {
    T* const row = a + wide(i) * n;
    for (int j = 0; j <= i; ++j) {
      const T* const other = a + wide(j) * n;
      double sum = static_cast<double>(row[j]);
      for (int k = 0; k < j; ++k) sum -= static_cast<double>(row[k]) * static_cast<double>(other[k]);
      if (j < i) {
        row[j] = static_cast<T>(sum / static_cast<double>(other[j]));
      } else {
        if (!(sum > 0)) return i + 1;
        row[i] = static_cast<T>(std::sqrt(sum));
      }
    }
  }
  return 0;
}

/// A row here is a column of what is factored: its largest number from the diagonal on is the pivot.
template <class T>
int factor_columns(int n, T* a, int* pivots) {
  int first_zero = 0;
  for (int j = 0; j < n; ++j) {
    T* const column = a + wide(j) * n;
    const T* const largest =
        std::max_element(column + j, column + n, [](T x, T y) { return std::abs(x) < std::abs(y); });
    const int pivot = static_cast<int>(largest - column);
    pivots[j] = pivot + 1;
    if (*largest == T{0}) {
      if (first_zero == 0) first_zero = j + 1;
      continue;
    }
    for (int i = 0; i < n && pivot != j; ++i) std::swap(a[wide(i) * n + j], a[wide(i) * n + pivot]);
    for (int i = j + 1; i < n; ++i) column[i] /= column[j];
    for (int i = j + 1; i < n; ++i) {
      T* const other = a + wide(i) * n;
      for (int k = j + 1; k < n; ++k) other[k] -= column[k] * other[j];
    }
  }
  return first_zero;
}

/// One rotation of Jacobi's: a(p,q) becomes 0.
void rotate(int n, int p, int q, double* a, double* vectors) {
  const auto at = [&](int i, int j) -> double& { return a[wide(i) * n + j]; };
  if (at(p, q) == 0) return;
  const double theta = (at(q, q) - at(p, p)) / (2 * at(p, q));
  const double tangent = std::copysign(1, theta) / (std::abs(theta) + std::hypot(theta, 1.0));
  const double cosine = 1 / std::hypot(tangent, 1.0), sine = tangent * cosine;
  const auto turn_pair = [&](double& x, double& y) {
    const double old = x;
    x = cosine * old - sine * y;
    y = sine * old + cosine * y;
  };
  for (int k = 0; k < n; ++k) turn_pair(at(k, p), at(k, q));
  for (int k = 0; k < n; ++k) turn_pair(at(p, k), at(q, k));
  for (int k = 0; k < n; ++k) turn_pair(vectors[wide(p) * n + k], vectors[wide(q) * n + k]);
}

}  // namespace

void prepare_blas() {}

// The sums of a tile begin anew with each block of K, which keeps the rows of B that it reads in the near
// cache.
void blas_gemm(bool trans_a, bool trans_b, int m, int n, int k, const float* a, int lda, const float* b,
               int ldb, float beta, float* c, int ldc) {
  constexpr int kDepth = 256;
  if (trans_a && trans_b) b = rows_of_b(std::exchange(trans_b, false), n, k, b, ldb);
  for (int first = 0; first < k; first += kDepth)
    multiply_direct({trans_a, trans_b, m, n, std::min(kDepth, k - first),
                     a + wide(first) * (trans_a ? lda : 1), lda, b + wide(first) * (trans_b ? 1 : ldb), ldb,
                     first == 0 ? beta : 1, c, ldc, nullptr});
}

void blas_gemm(bool trans_a, bool trans_b, int m, int n, int k, const double* a, int lda, const double* b,
               int ldb, double beta, double* c, int ldc) {
  b = rows_of_b(trans_b, n, k, b, ldb);
  for (int i = 0; i < m; ++i) {
    double* const row = c + wide(i) * ldc;
    if (beta == 0) std::fill_n(row, n, 0.0);
    for (int j = 0; j < n && beta != 0; ++j) row[j] *= beta;
    for (int p = 0; p < k; ++p) {
      const double factor = trans_a ? a[wide(p) * lda + i] : a[wide(i) * lda + p];
      for (int j = 0; j < n; ++j) row[j] += factor * b[wide(p) * ldb + j];
    }
  }
}

void blas_gemv(bool transpose, int rows, int columns, const float* a, int lda, const float* x, int incx,
               float* y, int incy) {
  if (transpose || incx != 1) return add_dot(transpose, rows, columns, a, lda, x, incx, y, incy);
  multiply_direct({false, true, rows, 1, columns, a, lda, x, columns, 1, y, incy, nullptr});
}
void blas_gemv(bool transpose, int rows, int columns, const double* a, int lda, const double* x, int incx,
               double* y, int incy) {
  add_dot(transpose, rows, columns, a, lda, x, incx, y, incy);
}

void blas_turn(int rows, int columns, const float* from, int from_stride, float* to, int to_stride) {
  turn_blocks(rows, columns, from, from_stride, to, to_stride);
}
void blas_turn(int rows, int columns, const double* from, int from_stride, double* to, int to_stride) {
  turn_blocks(rows, columns, from, from_stride, to, to_stride);
}

void blas_trsm(TriangleFlags flags, int n, int m, const float* t, float* b) { solve(flags, n, m, t, b); }
void blas_trsm(TriangleFlags flags, int n, int m, const double* t, double* b) { solve(flags, n, m, t, b); }

int blas_cholesky(int n, float* a) { return factor_lower(n, a); }
int blas_cholesky(int n, double* a) { return factor_lower(n, a); }

int blas_lu(int n, float* a, int* pivots) { return factor_columns(n, a, pivots); }
int blas_lu(int n, double* a, int* pivots) { return factor_columns(n, a, pivots); }

// Jacobi's method: slower than what LAPACK does by a factor of some ten, and to the last digit.
bool blas_eigen(int n, double* a, double* values) {
  constexpr int kSweeps = 60;
  std::vector<double> vectors(static_cast<size_t>(n) * static_cast<size_t>(n));
  for (int i = 0; i < n; ++i) vectors[static_cast<size_t>(wide(i) * (n + 1))] = 1;
  double total = 0, off = 0;
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    total = off = 0;
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) {
        const double square = a[wide(i) * n + j] * a[wide(i) * n + j];
        total += square;
        if (i != j) off += square;
      }
    if (!(off > 1e-32 * total)) break;
    for (int p = 0; p < n; ++p)
      for (int q = p + 1; q < n; ++q) rotate(n, p, q, a, vectors.data());
  }
  if (!(off <= 1e-24 * total)) return false;  // or NaN
  std::vector<int> order(static_cast<size_t>(n));
  for (int i = 0; i < n; ++i) order[static_cast<size_t>(i)] = i;
  std::ranges::sort(order, {}, [&](int i) { return a[wide(i) * (n + 1)]; });
  for (int i = 0; i < n; ++i) values[i] = a[wide(order[static_cast<size_t>(i)]) * (n + 1)];
  for (int i = 0; i < n; ++i)
    std::copy_n(vectors.data() + wide(order[static_cast<size_t>(i)]) * n, n, a + wide(i) * n);
  return true;
}

std::string_view fitting_blas_kernel(const BlasKernelQuery& /*query*/) { return ""; }

const BlasKernel& blas_kernel() {
  static const BlasKernel kKernel{"own", "own", "own"};
  return kKernel;
}

bool set_blas_kernel(const std::string& name) { return name == blas_kernel().used; }

void restart_for_blas_kernel(char** /*arguments*/) {}

std::string blas_version() { return "products of gradzoo's own"; }

}  // namespace gradzoo::kernels
