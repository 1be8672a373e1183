#include "autograd/kernels/gemm.h"

#include <algorithm>
#include <limits>

#include <cblas.h>
#include <fmt/format.h>

#include "autograd/error.h"
#include "autograd/kernels/parallel.h"
#include "autograd/kernels/scratch.h"

namespace gradzoo::kernels {
namespace {

constexpr double kSerialFlops = 1e6;  // below it a product runs where it is called: 5 to 10 microseconds
constexpr int64_t kMaxTiles = 16;
constexpr int64_t kMinRows = 24;  // lower and narrower tiles leave the kernel's registers empty
constexpr int64_t kMinColumns = 48;
constexpr int64_t kMinDepth = 256;                  // of a block of K
constexpr int64_t kMaxPartials = int64_t{1} << 20;  // numbers that blocks of K keep before they are added

thread_local double g_flops = 0;  // asked for by this thread

/// One product of a call.
template <class T>
struct Product {
  bool trans_a, trans_b;
  int64_t m, n, k;
  const T* a;
  const T* b;
  T beta;
  T* c;
  const T* bias;

  double flops() const {
    return 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  }
  const T* a_at(int64_t row, int64_t depth) const {
    return trans_a ? a + depth * m + row : a + row * k + depth;
  }
  const T* b_at(int64_t depth, int64_t col) const {
    return trans_b ? b + col * k + depth : b + depth * n + col;
  }
};

/// How a product is cut, a function of its shape alone: tiles of C, or of C once a block of K.
struct Tiling {
  int64_t rows, columns, depth;  // of a tile; the last ones may be smaller
  int64_t row_tiles, column_tiles, depth_tiles;
  int64_t count() const { return row_tiles * column_tiles; }
};

int64_t tile_extent(int64_t extent, int64_t tiles, int64_t multiple) {
  const int64_t size = (extent + tiles - 1) / tiles;
  return std::max<int64_t>(1, (size + multiple - 1) / multiple * multiple);
}

/// Tiles that a product is worth, a power of 2: about as many as each has MFLOPs, since what BLAS copies
/// grows with their number, and what a thread must be given at least does not.
int64_t worthwhile_tiles(double flops) {
  int64_t tiles = 1;
  while (tiles < kMaxTiles && flops >= 4 * kSerialFlops * static_cast<double>(tiles * tiles)) tiles *= 2;
  return tiles;
}

/// Of all ways to cut into that many tiles, or fewer where these would be too small, the one that copies
/// least: BLAS copies a tile's part of A and of B into its own order, and blocks of K are written and read
/// once more.
Tiling choose_tiling(int64_t m, int64_t n, int64_t k, double flops) {
  int64_t best_rows = 1, best_columns = 1, best_depth = 1;
  for (int64_t tiles = worthwhile_tiles(flops); tiles > 1; tiles /= 2) {
    int64_t least = std::numeric_limits<int64_t>::max();
    for (int64_t r = 1; r <= tiles; r *= 2) {
      for (int64_t c = 1; r * c <= tiles; c *= 2) {
        const int64_t d = tiles / (r * c);
        const bool fits = (r == 1 || m >= r * kMinRows) && (c == 1 || n >= c * kMinColumns) &&
                          (d == 1 || (r * c == 1 && k >= d * kMinDepth && d * m * n <= kMaxPartials));
        const int64_t copied = m * k * c + n * k * r + (d == 1 ? 0 : 2 * d * m * n);
        if (!fits || copied >= least) continue;
        least = copied;
        best_rows = r;
        best_columns = c;
        best_depth = d;
      }
    }
    if (least < std::numeric_limits<int64_t>::max()) break;
  }
  const int64_t rows = tile_extent(m, best_rows, 4), columns = tile_extent(n, best_columns, 16);
  return {rows,
          columns,
          (k + best_depth - 1) / best_depth,
          (m + rows - 1) / rows,
          (n + columns - 1) / columns,
          best_depth};
}

CBLAS_TRANSPOSE flag(bool transpose) { return transpose ? CblasTrans : CblasNoTrans; }

void blas_gemm(bool ta, bool tb, int m, int n, int k, const float* a, int lda, const float* b, int ldb,
               float beta, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, flag(ta), flag(tb), m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
}
void blas_gemm(bool ta, bool tb, int m, int n, int k, const double* a, int lda, const double* b, int ldb,
               double beta, double* c, int ldc) {
  cblas_dgemm(CblasRowMajor, flag(ta), flag(tb), m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
}
void blas_gemv(bool transpose, int rows, int columns, const float* a, int lda, const float* x, int incx,
               float* y) {
  cblas_sgemv(CblasRowMajor, flag(transpose), rows, columns, 1, a, lda, x, incx, 1, y, 1);
}
void blas_gemv(bool transpose, int rows, int columns, const double* a, int lda, const double* x, int incx,
               double* y) {
  cblas_dgemv(CblasRowMajor, flag(transpose), rows, columns, 1, a, lda, x, incx, 1, y, 1);
}

/// What C starts from: beta C, or the bias in each row.
template <class T>
void start_tile(const T* bias, T beta, T* c, int64_t rows, int64_t columns, int64_t stride) {
  for (int64_t i = 0; i < rows; ++i) {
    T* row = c + i * stride;
    if (bias != nullptr) {
      std::copy(bias, bias + columns, row);
    } else if (beta == T{0}) {
      std::fill(row, row + columns, T{0});
    } else if (beta != T{1}) {
      for (int64_t j = 0; j < columns; ++j) row[j] *= beta;
    }
  }
}

/// OpenBLAS's AVX-512 kernels for small products call malloc where A B, neither transposed, leaves 1 to 8
/// columns beside its blocks of 16.
bool blas_would_allocate(int64_t rows, int64_t columns, int64_t depth) {
  constexpr int64_t kLargest = 1'000'000;  // multiplications in what it takes for small
  constexpr int64_t kShallow = 32;
  const int64_t rest = columns % 16;
  return rest >= 1 && rest <= 8 && depth >= kShallow && rows * columns * depth <= kLargest;
}

/// A (rows, columns) block of a matrix of row stride `stride`, transposed into this thread's scratch.
template <class T>
const T* transposed(const T* from, int64_t rows, int64_t columns, int64_t stride) {
  struct SmallOperand;
  T* to = scratch<T, SmallOperand>(rows * columns);  // (columns, rows)
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) to[j * rows + i] = from[i * stride + j];
  }
  return to;
}

/// A block of C over `depth` of K from `first`, into `c` of row stride `stride`.
template <class T>
void multiply_block(const Product<T>& p, int64_t row, int64_t column, int64_t rows, int64_t columns,
                    int64_t first, int64_t depth, T beta, const T* bias, T* c, int64_t stride) {
  const auto narrow = [](int64_t v) { return static_cast<int>(v); };
  const int lda = narrow(p.trans_a ? p.m : p.k);
  const int ldb = narrow(p.trans_b ? p.k : p.n);
  const T* a = p.a_at(row, first);
  const T* b = p.b_at(first, column);
  if (p.n == 1) {  // C = op(A) b
    start_tile(bias, beta, c, rows, 1, stride);
    if (p.trans_a) return blas_gemv(true, narrow(depth), narrow(rows), a, lda, b, 1, c);
    return blas_gemv(false, narrow(rows), narrow(depth), a, lda, b, 1, c);
  }
  if (p.m == 1) {  // C' = op(B)' a
    start_tile(bias, beta, c, 1, columns, stride);
    if (p.trans_b) return blas_gemv(false, narrow(columns), narrow(depth), b, ldb, a, 1, c);
    return blas_gemv(true, narrow(depth), narrow(columns), b, ldb, a, 1, c);
  }
  if (bias != nullptr) start_tile(bias, beta, c, rows, columns, stride);
  const T scale = bias != nullptr ? T{1} : beta;
  if (!p.trans_a && !p.trans_b && blas_would_allocate(rows, columns, depth)) {
    return blas_gemm(false, true, narrow(rows), narrow(columns), narrow(depth), a, lda,
                     transposed(b, depth, columns, p.n), narrow(depth), scale, c, narrow(stride));
  }
  blas_gemm(p.trans_a, p.trans_b, narrow(rows), narrow(columns), narrow(depth), a, lda, b, ldb, scale, c,
            narrow(stride));
}

template <class T>
void multiply_tile(const Product<T>& p, const Tiling& tiling, int64_t tile) {
  const int64_t row = tile / tiling.column_tiles * tiling.rows;
  const int64_t column = tile % tiling.column_tiles * tiling.columns;
  multiply_block(p, row, column, std::min(tiling.rows, p.m - row), std::min(tiling.columns, p.n - column), 0,
                 p.k, p.beta, p.bias == nullptr ? nullptr : p.bias + column, p.c + row * p.n + column, p.n);
}

/// C from products of K's blocks, each in its own scratch, added in order.
template <class T>
void multiply_deep(const Product<T>& p, int64_t blocks, int64_t depth) {
  const int64_t area = p.m * p.n;
  T* partial = scratch<T>(blocks * area);  // (blocks, m, n)
  parallel_for(blocks, 1, 1, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      const int64_t first = std::min(p.k, block * depth);
      multiply_block<T>(p, 0, 0, p.m, p.n, first, std::min(depth, p.k - first), T{0}, nullptr,
                        partial + block * area, p.n);
    }
  });
  start_tile(p.bias, p.beta, p.c, p.m, p.n, p.n);
  parallel_for(area, 8192, 16, [&](int64_t begin, int64_t end) {
    for (int64_t block = 0; block < blocks; ++block) {
      const T* from = partial + block * area;
      for (int64_t i = begin; i < end; ++i) p.c[i] += from[i];
    }
  });
}

void prepare_blas(int64_t m, int64_t n, int64_t k) {
  static const bool single_threaded = (openblas_set_num_threads(1), true);
  static_cast<void>(single_threaded);
  constexpr int64_t kLargest = std::numeric_limits<int>::max();
  if (m > kLargest || n > kLargest || k > kLargest) {
    throw Error(fmt::format("matmul: a side of ({},{}) x ({},{}) exceeds {}. Hint: multiply in chunks.", m, k,
                            k, n, kLargest));
  }
}

}  // namespace

template <class T>
void gemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, const T* a, const T* b, T beta, T* c,
          const T* bias) {
  prepare_blas(m, n, k);
  if (m == 0 || n == 0) return;
  if (k == 0) return start_tile(bias, beta, c, m, n, n);
  const Product<T> p{trans_a, trans_b, m, n, k, a, b, beta, c, bias};
  g_flops += p.flops();
  const Tiling tiling = choose_tiling(m, n, k, p.flops());
  if (tiling.depth_tiles > 1) return multiply_deep(p, tiling.depth_tiles, tiling.depth);
  const int64_t grain = p.flops() < kSerialFlops ? tiling.count() : 1;
  parallel_for(tiling.count(), grain, 1, [&](int64_t begin, int64_t end) {
    for (int64_t tile = begin; tile < end; ++tile) multiply_tile(p, tiling, tile);
  });
}
template void gemm(bool, bool, int64_t, int64_t, int64_t, const float*, const float*, float, float*,
                   const float*);
template void gemm(bool, bool, int64_t, int64_t, int64_t, const double*, const double*, double, double*,
                   const double*);

template <class T>
void gemm_batched(int64_t batch, bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, const T* a,
                  int64_t stride_a, const T* b, int64_t stride_b, T* c, int64_t stride_c) {
  prepare_blas(m, n, k);
  if (batch == 0 || m == 0 || n == 0) return;
  const Product<T> first{trans_a, trans_b, m, n, k, a, b, T{0}, c, nullptr};
  g_flops += static_cast<double>(batch) * first.flops();
  const Tiling tiling = choose_tiling(m, n, 1, first.flops());  // K whole: each product has its own C
  const int64_t tasks = batch * tiling.count();
  const int64_t grain = first.flops() * static_cast<double>(batch) < kSerialFlops ? tasks : 1;
  parallel_for(tasks, grain, 1, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t i = task / tiling.count();
      Product<T> p = first;
      p.a += i * stride_a;
      p.b += i * stride_b;
      p.c += i * stride_c;
      if (k == 0) {
        start_tile<T>(nullptr, T{0}, p.c, m, n, n);
      } else {
        multiply_tile(p, tiling, task % tiling.count());
      }
    }
  });
}
template void gemm_batched(int64_t, bool, bool, int64_t, int64_t, int64_t, const float*, int64_t,
                           const float*, int64_t, float*, int64_t);
template void gemm_batched(int64_t, bool, bool, int64_t, int64_t, int64_t, const double*, int64_t,
                           const double*, int64_t, double*, int64_t);

double gemm_flops() { return g_flops; }

std::string blas_version() {
  // "OpenBLAS 0.3.21 DYNAMIC_ARCH ...": name and number.
  const std::string config = openblas_get_config();
  return config.substr(0, config.find(' ', config.find(' ') + 1));
}

const char* blas_kernel() { return openblas_get_corename(); }

}  // namespace gradzoo::kernels
