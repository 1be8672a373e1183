#include "autograd/kernels/gemm/gemm.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <type_traits>

#include "autograd/kernels/gemm/blas.h"
#include "autograd/kernels/gemm/direct_tile.h"
#include "autograd/kernels/gemm/gemm_tiling.h"
#include "autograd/kernels/gemm/turn.h"
#include "autograd/kernels/threads/flops.h"
#include "autograd/kernels/threads/parallel.h"
#include "autograd/kernels/threads/scratch.h"
#include "gradzoo/base/error.h"

namespace gradzoo::kernels {
namespace {

/// C = op(A) op(B) + beta C, or + bias in each row, on matrices of row strides lda, ldb and ldc.
template <class T>
struct Product {
  bool trans_a, trans_b;
  int64_t m, n, k;
  const T* a;
  int64_t lda;
  const T* b;
  int64_t ldb;
  T beta;
  T* c;
  int64_t ldc;
  const T* bias;

  double flops() const { return product_flops(m, n, k); }

  /// What `depth` of K from `first` add to a block of C.
  Product part(int64_t row, int64_t rows, int64_t column, int64_t columns, int64_t first,
               int64_t depth) const {
    return {trans_a,
            trans_b,
            rows,
            columns,
            depth,
            trans_a ? a + first * lda + row : a + row * lda + first,
            lda,
            trans_b ? b + column * ldb + first : b + first * ldb + column,
            ldb,
            first == 0 ? beta : T{1},
            c + row * ldc + column,
            ldc,
            first == 0 && bias != nullptr ? bias + column : nullptr};
  }
};

int narrow(int64_t v) { return static_cast<int>(v); }

/// C becomes what it starts from: beta C, or the bias in each row.
template <class T>
void start(const Product<T>& p) {
  for (int64_t i = 0; i < p.m; ++i) {
    T* row = p.c + i * p.ldc;
    if (p.bias != nullptr) {
      std::copy(p.bias, p.bias + p.n, row);
    } else if (p.beta == T{0}) {
      std::fill(row, row + p.n, T{0});
    } else if (p.beta != T{1}) {
      for (int64_t j = 0; j < p.n; ++j) row[j] *= p.beta;
    }
  }
}

template <class T>
void add_gemm(const Product<T>& p, T beta) {
  blas_gemm(p.trans_a, p.trans_b, narrow(p.m), narrow(p.n), narrow(p.k), p.a, narrow(p.lda), p.b,
            narrow(p.ldb), beta, p.c, narrow(p.ldc));
}

/// At most 8 columns, neither operand transposed, with B's columns turned round. On the stack: a thread's
/// first scratch would be an allocation too.
template <class T>
void add_turned(const Product<T>& p, T beta) {
  constexpr int64_t kColumns = 8, kDepth = 512;
  T b[kColumns * kDepth];  // (n, depth)
  for (int64_t first = 0; first < p.k; first += kDepth) {
    const int64_t depth = std::min(kDepth, p.k - first);
    turn(p.b + first * p.ldb, p.ldb, depth, p.n, b, depth);
    add_gemm<T>({false, true, p.m, p.n, depth, p.a + first, p.lda, b, depth, beta, p.c, p.ldc, nullptr},
                first == 0 ? beta : T{1});
  }
}

/// A product by one call of BLAS.
template <class T>
void call_blas(const Product<T>& p) {
  if (p.n == 1) {  // C = op(A) b
    start(p);
    const bool t = p.trans_a;
    return blas_gemv(t, narrow(t ? p.k : p.m), narrow(t ? p.m : p.k), p.a, narrow(p.lda), p.b,
                     narrow(p.trans_b ? 1 : p.ldb), p.c, narrow(p.ldc));
  }
  if (p.m == 1) {  // C' = op(B)' a
    start(p);
    const bool t = !p.trans_b;
    return blas_gemv(t, narrow(t ? p.k : p.n), narrow(t ? p.n : p.k), p.b, narrow(p.ldb), p.a,
                     narrow(p.trans_a ? p.lda : 1), p.c, 1);
  }
  if (p.bias != nullptr) start(p);
  const T beta = p.bias != nullptr ? T{1} : p.beta;
  if (p.trans_a || p.trans_b || !blas_would_allocate(p.m, p.n, p.k)) return add_gemm(p, beta);
  const int64_t even = p.n / 16 * 16;
  if (even > 0) add_gemm(p.part(0, p.m, 0, even, 0, p.k), beta);
  add_turned(p.part(0, p.m, even, p.n - even, 0, p.k), beta);
}

/// What a block of K adds to a tile of C.
template <class T>
void multiply_tile(const Product<T>& p, const Tiling& tiling, int64_t tile, int64_t first) {
  // A thread takes neighbours.
  const bool by_columns = !p.trans_a && takes_columns(p.m, p.n);
  const int64_t row = (by_columns ? tile % tiling.row_tiles : tile / tiling.column_tiles) * tiling.rows;
  const int64_t column = (by_columns ? tile / tiling.row_tiles : tile % tiling.column_tiles) * tiling.columns;
  const Product<T> part =
      p.part(row, std::min(tiling.rows, p.m - row), column, std::min(tiling.columns, p.n - column), first,
             std::min(tiling.depth, p.k - first));
  if constexpr (std::is_same_v<T, float>) {
    if (tiling.direct == DirectKernel::own)
      return multiply_direct({part.trans_a, part.trans_b, part.m, part.n, part.k, part.a, part.lda, part.b,
                              part.ldb, part.bias != nullptr ? 0 : part.beta, part.c, part.ldc, part.bias});
  }
  call_blas(part);
}

template <class T>
std::optional<Tiling> direct_tiling_of(const Product<T>& p) {
  if constexpr (!std::is_same_v<T, float>) return {};
  return direct_tiling(p.m, p.n, p.k, p.trans_a, p.trans_b);
}

/// On the calling thread alone. Block of K after block, so that a block's rows stay in the near cache.
template <class T>
void multiply_here(const Product<T>& p) {
  const std::optional<Tiling> tiling = direct_tiling_of(p);
  if (!tiling) return call_blas(p);
  for (int64_t first = 0; first < p.k; first += tiling->depth) {
    for (int64_t tile = 0; tile < tiling->count(); ++tile) multiply_tile(p, *tiling, tile, first);
  }
}

/// C from products of K's blocks, each in its own scratch, added in order and in double.
template <class T>
void multiply_deep(const Product<T>& p, int64_t depth) {
  const int64_t area = p.m * p.n, blocks = (p.k + depth - 1) / depth;
  T* partial = scratch<T>(blocks * area);  // (blocks, m, n)
  parallel_for(blocks, 1, 1, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      Product<T> part = p.part(0, p.m, 0, p.n, block * depth, std::min(depth, p.k - block * depth));
      part.beta = T{0};
      part.bias = nullptr;
      part.c = partial + block * area;
      part.ldc = p.n;
      multiply_here(part);
    }
  });
  start(p);
  constexpr int64_t kStrip = 64;
  parallel_for(area, std::max(kStrip, 65536 / blocks), kStrip, [&](int64_t begin, int64_t end) {
    for (int64_t first = begin; first < end; first += kStrip) {
      const int64_t width = std::min(kStrip, end - first);
      double sums[kStrip];
      std::copy_n(p.c + first, width, sums);
      for (int64_t block = 0; block < blocks; ++block) {
        for (int64_t i = 0; i < width; ++i) sums[i] += static_cast<double>(partial[block * area + first + i]);
      }
      for (int64_t i = 0; i < width; ++i) p.c[first + i] = static_cast<T>(sums[i]);
    }
  });
}

/// Copies B', (n,k), to B, (k,n). Its rows are an odd number of cache lines apart, so that a tile's columns
/// do not all fall into the same few lines of the cache.
template <class T>
void turn_b(Product<T>& p) {
  struct Turned;
  const int64_t stride = ((p.n + 15) / 16 | 1) * 16;
  T* to = scratch<T, Turned>(p.k * stride);
  parallel_for(p.n, std::max<int64_t>(1, 8192 / p.k), 16, [&](int64_t begin, int64_t end) {
    turn(p.b + begin * p.ldb, p.ldb, end - begin, p.k, to + begin, stride);
  });
  p.b = to;
  p.ldb = stride;
  p.trans_b = false;
}

/// A vector times a matrix adds one number after another, in single precision.
constexpr int64_t kLongVector = 4096, kVectorDepth = 128;

void prepare_product(int64_t m, int64_t n, int64_t k) {
  prepare_blas();
  constexpr int64_t kLargest = std::numeric_limits<int>::max();
  if (m > kLargest || n > kLargest || k > kLargest)
    throw Error("matmul: a side of ({},{}) x ({},{}) exceeds {}. Hint: multiply in chunks.", m, k, k, n,
                kLargest);
}

}  // namespace

template <class T>
void gemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, const T* a, const T* b, T beta, T* c,
          const T* bias) {
  prepare_product(m, n, k);
  if (m == 0 || n == 0) return;
  Product<T> p{trans_a, trans_b, m, n, k, a, trans_a ? m : k, b, trans_b ? k : n, beta, c, n, bias};
  if (k == 0) return start(p);
  counted_flops() += p.flops();
  if (std::is_same_v<T, float> && trans_b && transposing_pays(m, n, k)) turn_b(p);
  if ((m == 1 || n == 1) && k > kLongVector) return multiply_deep(p, kVectorDepth);
  const Tiling tiling = direct_tiling_of(p).value_or(packed_tiling(m, n, k, true));
  if (tiling.partial) return multiply_deep(p, tiling.depth);
  const int64_t grain = p.flops() < kSerialFlops ? tiling.count() : 1;
  parallel_for(tiling.count(), grain, 1, [&](int64_t begin, int64_t end) {
    for (int64_t tile = begin; tile < end; ++tile) {
      for (int64_t first = 0; first < k; first += tiling.depth) multiply_tile(p, tiling, tile, first);
    }
  });
}
template void gemm(bool, bool, int64_t, int64_t, int64_t, const float*, const float*, float, float*,
                   const float*);
template void gemm(bool, bool, int64_t, int64_t, int64_t, const double*, const double*, double, double*,
                   const double*);

template <class T>
void gemm_batched(int64_t batch, bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, const T* a,
                  int64_t stride_a, const T* b, int64_t stride_b, T beta, T* c, int64_t stride_c) {
  prepare_product(m, n, k);
  if (batch == 0 || m == 0 || n == 0) return;
  const Product<T> first{trans_a, trans_b,         m,    n, k, a,      trans_a ? m : k,
                         b,       trans_b ? k : n, beta, c, n, nullptr};
  counted_flops() += static_cast<double>(batch) * first.flops();
  const Tiling tiling = packed_tiling(m, n, k, false);
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
        start(p);
      } else {
        multiply_tile(p, tiling, task % tiling.count(), 0);
      }
    }
  });
}
template void gemm_batched(int64_t, bool, bool, int64_t, int64_t, int64_t, const float*, int64_t,
                           const float*, int64_t, float, float*, int64_t);
template void gemm_batched(int64_t, bool, bool, int64_t, int64_t, int64_t, const double*, int64_t,
                           const double*, int64_t, double, double*, int64_t);

}  // namespace gradzoo::kernels
