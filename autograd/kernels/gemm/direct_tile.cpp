#include "autograd/kernels/gemm/direct_tile.h"

#include <algorithm>

#include "autograd/kernels/pointwise/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/gemm/direct_tile.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

// Sums fill the registers: 12 of 16, or 24 of 32, beside the operands.
constexpr bool kWide = HWY_TARGET == HWY_AVX3;
constexpr int kRows = kWide ? 8 : 6, kVectors = kWide ? 3 : 2;
constexpr int kDotRows = kWide ? 5 : 3, kDotColumns = kWide ? 5 : 4;

using V = Vector<float>;

/// C = beta C + sum. What earlier blocks of K have made is large beside one number: it comes in at the end.
HWY_INLINE void store_sum(const DirectTile& t, V sum, float* c, int64_t count) {
  if (t.beta != 0) sum = hn::MulAdd(hn::Set(Tag<float>(), t.beta), load_some(c, count), sum);
  store_some(sum, c, count);
}

/// R rows by W vectors of C, `columns` numbers wide. B's rows go by in vectors, A's numbers one by one.
template <int R, int W, bool kWhole>
HWY_INLINE void block(const DirectTile& t, int64_t row, int64_t column, int64_t columns) {
  const Tag<float> d;
  const int64_t n = lanes<float>(), row_step = t.trans_a ? 1 : t.lda, depth_step = t.trans_a ? t.lda : 1;
  float* const c = t.c + row * t.ldc + column;
  V sums[R][W];
  HWY_UNROLL(16)
  for (int r = 0; r < R; ++r) {
    HWY_UNROLL(16)
    for (int w = 0; w < W; ++w)
      sums[r][w] = t.bias == nullptr ? hn::Zero(d)
                                     : load_some(t.bias + column + w * n,
                                                 kWhole ? n : std::max<int64_t>(0, columns - w * n));
  }
  const float* a = t.a + row * row_step;
  const float* b = t.b + column;
  for (int64_t p = 0; p < t.k; ++p, a += depth_step, b += t.ldb) {
    V of_b[W];
    HWY_UNROLL(16)
    for (int w = 0; w < W; ++w)
      of_b[w] =
          kWhole ? hn::LoadU(d, b + w * n) : load_some(b + w * n, std::max<int64_t>(0, columns - w * n));
    HWY_UNROLL(16)
    for (int r = 0; r < R; ++r) {
      const V of_a = hn::Set(d, a[r * row_step]);
      HWY_UNROLL(16)
      for (int w = 0; w < W; ++w) sums[r][w] = hn::MulAdd(of_a, of_b[w], sums[r][w]);
    }
  }
  HWY_UNROLL(16)
  for (int r = 0; r < R; ++r) {
    HWY_UNROLL(16)
    for (int w = 0; w < W; ++w)
      store_sum(t, sums[r][w], c + r * t.ldc + w * n, kWhole ? n : std::max<int64_t>(0, columns - w * n));
  }
}

void rows_by_rows(const DirectTile& t) {
  const int64_t width = kVectors * lanes<float>();
  for (int64_t column = 0; column < t.n; column += width) {
    const int64_t columns = std::min(width, t.n - column);
    for (int64_t row = 0; row < t.m; row += kRows) {
      const int64_t rows = std::min<int64_t>(kRows, t.m - row);
      if (columns == width) {
        with_count<kRows>(rows, [&]<int R>() HWY_ATTR { block<R, kVectors, true>(t, row, column, columns); });
      } else {
        with_count<kRows>(rows,
                          [&]<int R>() HWY_ATTR { block<R, kVectors, false>(t, row, column, columns); });
      }
    }
  }
}

/// R rows of A times Q rows of B, along K.
template <int R, int Q>
HWY_INLINE void dots(const DirectTile& t, int64_t row, int64_t column) {
  const Tag<float> d;
  const int64_t n = lanes<float>();
  const float* a = t.a + row * t.lda;
  const float* b = t.b + column * t.ldb;
  V sums[R][Q];
  HWY_UNROLL(16)
  for (int r = 0; r < R; ++r) {
    HWY_UNROLL(16)
    for (int q = 0; q < Q; ++q) sums[r][q] = hn::Zero(d);
  }
  const auto add = [&](const auto& load) HWY_ATTR {
    V of_a[R];
    HWY_UNROLL(16)
    for (int r = 0; r < R; ++r) of_a[r] = load(a + r * t.lda);
    HWY_UNROLL(16)
    for (int q = 0; q < Q; ++q) {
      const V of_b = load(b + q * t.ldb);
      HWY_UNROLL(16)
      for (int r = 0; r < R; ++r) sums[r][q] = hn::MulAdd(of_a[r], of_b, sums[r][q]);
    }
  };
  int64_t p = 0;
  for (; p + n <= t.k; p += n, a += n, b += n)
    add([&](const float* from) HWY_ATTR { return hn::LoadU(d, from); });
  if (p < t.k) add([&](const float* from) HWY_ATTR { return load_some(from, t.k - p); });
  HWY_UNROLL(16)
  for (int r = 0; r < R; ++r) {
    HWY_UNROLL(16)
    for (int q = 0; q < Q; ++q) {
      float& c = t.c[(row + r) * t.ldc + column + q];
      const float begin = t.bias != nullptr ? t.bias[column + q] : t.beta == 0 ? 0 : t.beta * c;
      c = begin + hn::GetLane(hn::SumOfLanes(d, sums[r][q]));
    }
  }
}

void rows_by_columns(const DirectTile& t) {
  constexpr int64_t kNearRows = 8 * kDotRows;  // of A, which stay near while B's rows go by
  for (int64_t near = 0; near < t.m; near += kNearRows) {
    const int64_t end = std::min(t.m, near + kNearRows);
    for (int64_t column = 0; column < t.n; column += kDotColumns) {
      const int64_t columns = std::min<int64_t>(kDotColumns, t.n - column);
      for (int64_t row = near; row < end; row += kDotRows) {
        const int64_t rows = std::min<int64_t>(kDotRows, end - row);
        if (columns == kDotColumns) {
          with_count<kDotRows>(rows, [&]<int R>() HWY_ATTR { dots<R, kDotColumns>(t, row, column); });
        } else {
          for (int64_t q = column; q < t.n; ++q)
            with_count<kDotRows>(rows, [&]<int R>() HWY_ATTR { dots<R, 1>(t, row, q); });
        }
      }
    }
  }
}

void multiply(const DirectTile& t) {
  if (t.trans_b) return rows_by_columns(t);
  rows_by_rows(t);
}

bool tiles_pay() { return has_masks(); }
RegisterBlock block_of_rows() { return {kRows, kVectors * lanes<float>()}; }
RegisterBlock block_of_dots() { return {kDotRows, kDotColumns}; }

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {
HWY_EXPORT(multiply);
HWY_EXPORT(tiles_pay);
HWY_EXPORT(block_of_rows);
HWY_EXPORT(block_of_dots);
}  // namespace

bool direct_tiles_pay() { return HWY_DYNAMIC_DISPATCH(tiles_pay)(); }
RegisterBlock direct_block() { return HWY_DYNAMIC_DISPATCH(block_of_rows)(); }
RegisterBlock direct_block_of_dots() { return HWY_DYNAMIC_DISPATCH(block_of_dots)(); }
void multiply_direct(const DirectTile& tile) { HWY_DYNAMIC_DISPATCH(multiply)(tile); }

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
