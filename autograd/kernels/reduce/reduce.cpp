#include "autograd/kernels/reduce/reduce.h"

#include <algorithm>
#include <cmath>

#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/threads/parallel.h"
#include "autograd/kernels/threads/scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/reduce/reduce.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/lanes-inl.h"
#include "autograd/kernels/reduce/reduce_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

template <class T>
HWY_NOINLINE T fold_any(Reduce op, const T* x, int64_t n) {
  if (op == Reduce::sum) return fold<Reduce::sum>(Identity(), x, n);
  if (op == Reduce::max) return fold<Reduce::max>(Identity(), x, n);
  return fold<Reduce::min>(Identity(), x, n);
}

/// kVectors vectors of y = combination of `rows` rows of x, each `stride` after the last: in registers.
template <Reduce kOp, int kVectors, class T>
HWY_INLINE void fold_vectors(const T* x, int64_t rows, int64_t stride, T* y, int64_t columns) {
  const Tag<T> d;
  const Combine<kOp> combine;
  Vector<T> totals[kVectors];
  HWY_UNROLL(8)
  for (int v = 0; v < kVectors; ++v) totals[v] = hn::Set(d, Combine<kOp>::template start<T>());
  for (int64_t r = 0; r < rows; ++r, x += stride) {
    HWY_UNROLL(8)
    for (int v = 0; v < kVectors; ++v) {
      const T* from = x + v * lanes<T>();
      totals[v] = combine(d, totals[v], kVectors > 1 ? hn::LoadU(d, from) : load_some(from, columns));
    }
  }
  HWY_UNROLL(8)
  for (int v = 0; v < kVectors; ++v) store_some(totals[v], y + v * lanes<T>(), columns - v * lanes<T>());
}

/// y (columns) = combination of `rows` rows of x.
template <Reduce kOp, class T>
HWY_INLINE void fold_rows(const T* x, int64_t rows, int64_t stride, T* y, int64_t columns) {
  constexpr int kVectors = 8;
  const int64_t n = lanes<T>();
  int64_t at = 0;
  for (; at + kVectors * n <= columns; at += kVectors * n)
    fold_vectors<kOp, kVectors>(x + at, rows, stride, y + at, columns - at);
  for (; at < columns; at += n) fold_vectors<kOp, 1>(x + at, rows, stride, y + at, std::min(n, columns - at));
}

template <class T>
HWY_NOINLINE void fold_rows_any(Reduce op, const T* x, int64_t rows, int64_t stride, T* y, int64_t columns) {
  if (op == Reduce::sum) return fold_rows<Reduce::sum>(x, rows, stride, y, columns);
  if (op == Reduce::max) return fold_rows<Reduce::max>(x, rows, stride, y, columns);
  fold_rows<Reduce::min>(x, rows, stride, y, columns);
}

auto fold_by_type() { return ByType{&fold_any<float>, &fold_any<double>}; }
auto fold_rows_by_type() { return ByType{&fold_rows_any<float>, &fold_rows_any<double>}; }

struct Square {
  template <class D, class V>
  HWY_INLINE V operator()(D, V v) const {
    return hn::Mul(v, v);
  }
};

/// Sum of squares of a run in double.
double square_f64(const double* x, int64_t n) { return fold<Reduce::sum>(Square(), x, n); }

double square_f32(const float* x, int64_t n) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> half;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  auto even = hn::Zero(d);
  auto odd = hn::Zero(d);
  int64_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    const auto u = hn::PromoteTo(d, hn::LoadU(half, x + i));
    const auto v = hn::PromoteTo(d, hn::LoadU(half, x + i + lanes));
    even = hn::MulAdd(u, u, even);
    odd = hn::MulAdd(v, v, odd);
  }
  double total = hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd)));
  for (; i < n; ++i) total += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return total;
}
auto square_by_type() { return ByType{&square_f32, &square_f64}; }

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(fold_by_type);
HWY_EXPORT(fold_rows_by_type);
HWY_EXPORT(square_by_type);

constexpr int64_t kBlock = 4096;    // elements of a line folded at once
constexpr int64_t kRowBlock = 128;  // rows folded at once into a block of columns
constexpr int64_t kColumnBlock = 128;
constexpr int64_t kGrain = 16384;  // elements

/// The blocks' results, `stride` apart, combined in order; sums in double.
template <class T>
T combine_blocks(Reduce op, const T* partial, int64_t blocks, int64_t stride) {
  if (op != Reduce::sum) {
    T best = partial[0];
    for (int64_t b = 1; b < blocks; ++b) {
      const T x = partial[b * stride];
      if (std::isnan(x) || (op == Reduce::max ? x > best : x < best)) best = x;
    }
    return best;
  }
  double total = 0;
  for (int64_t b = 0; b < blocks; ++b) total += static_cast<double>(partial[b * stride]);
  return static_cast<T>(total);
}

/// inner == 1: y[o] = fold of line o.
template <class T>
void reduce_lines(Reduce op, const T* x, T* y, int64_t outer, int64_t n) {
  const auto fold = HWY_DYNAMIC_DISPATCH(fold_by_type)();
  if (n <= kBlock) {
    parallel_for(outer, std::max<int64_t>(1, kGrain / std::max<int64_t>(n, 1)), 1,
                 [=](int64_t begin, int64_t end) {
                   for (int64_t o = begin; o < end; ++o) y[o] = fold(op, x + o * n, n);
                 });
    return;
  }
  const int64_t blocks = (n + kBlock - 1) / kBlock;
  T* partial = scratch<T>(outer * blocks);
  parallel_for(outer * blocks, kGrain / kBlock, 1, [=](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t at = task % blocks * kBlock;
      partial[task] = fold(op, x + task / blocks * n + at, std::min(kBlock, n - at));
    }
  });
  for (int64_t o = 0; o < outer; ++o) y[o] = combine_blocks(op, partial + o * blocks, blocks, 1);
}

/// inner > 1: y[o, j] = fold over i of x[o, i, j].
template <class T>
void reduce_columns(Reduce op, const T* x, T* y, int64_t outer, int64_t n, int64_t inner) {
  const int64_t row_blocks = (n + kRowBlock - 1) / kRowBlock;
  const int64_t column_blocks = (inner + kColumnBlock - 1) / kColumnBlock;
  T* partial = row_blocks == 1 ? y : scratch<T>(outer * row_blocks * inner);  // (outer, row_blocks, inner)
  const int64_t tasks = outer * row_blocks * column_blocks;
  const auto fold_rows = HWY_DYNAMIC_DISPATCH(fold_rows_by_type)();
  const int64_t task_elements = std::min(n, kRowBlock) * std::min(inner, kColumnBlock);
  parallel_for(tasks, std::max<int64_t>(1, kGrain / task_elements), 1, [=](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t column = task % column_blocks * kColumnBlock;
      const int64_t block = task / column_blocks;  // (outer, row_blocks)
      const int64_t row = block % row_blocks * kRowBlock;
      const T* from = x + (block / row_blocks * n + row) * inner + column;
      fold_rows(op, from, std::min(kRowBlock, n - row), inner, partial + block * inner + column,
                std::min(kColumnBlock, inner - column));
    }
  });
  if (row_blocks == 1) return;
  parallel_for(outer * inner, std::max<int64_t>(1, kGrain / row_blocks), 16, [=](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      const T* first = partial + k / inner * row_blocks * inner + k % inner;
      y[k] = combine_blocks(op, first, row_blocks, inner);
    }
  });
}

}  // namespace

template <class T>
void reduce(Reduce op, const T* x, T* y, int64_t outer, int64_t n, int64_t inner) {
  if (outer * inner == 0) return;
  if (n == 0) return std::fill(y, y + outer * inner, T{0});
  if (inner == 1) return reduce_lines(op, x, y, outer, n);
  reduce_columns(op, x, y, outer, n, inner);
}
template void reduce(Reduce, const float*, float*, int64_t, int64_t, int64_t);
template void reduce(Reduce, const double*, double*, int64_t, int64_t, int64_t);

template <class T>
double sum_squares(const T* x, int64_t n) {
  const int64_t blocks = (n + kBlock - 1) / kBlock;
  double* partial = scratch<double>(blocks);
  parallel_for(blocks, kGrain / kBlock, 1, [=](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      const int64_t size = std::min(kBlock, n - b * kBlock);
      partial[b] = HWY_DYNAMIC_DISPATCH(square_by_type)()(x + b * kBlock, size);
    }
  });
  double total = 0;
  for (int64_t b = 0; b < blocks; ++b) total += partial[b];
  return total;
}
template double sum_squares(const float*, int64_t);
template double sum_squares(const double*, int64_t);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
