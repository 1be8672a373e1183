#include "autograd/kernels/gemm/binary.h"

#include <algorithm>

#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/threads/parallel.h"
#include "autograd/kernels/threads/scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/gemm/binary.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

template <class T>
HWY_NOINLINE int64_t ones_in(const T* x, int64_t n) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto one = hn::Set(d, T{1});
  int64_t ones = 0, i = 0;
  for (; i + lanes <= n; i += lanes) {
    const auto v = hn::LoadU(d, x + i);
    const auto is_one = hn::Eq(v, one);
    if (!hn::AllTrue(d, hn::Or(is_one, hn::Eq(v, hn::Zero(d))))) return -1;
    ones += static_cast<int64_t>(hn::CountTrue(d, is_one));
  }
  for (; i < n; ++i) {
    if (x[i] != T{0} && x[i] != T{1}) return -1;
    ones += x[i] == T{1} ? 1 : 0;
  }
  return ones;
}

/// N vectors of the sum of some rows, kept in registers; of the last one only `mask` where kMasked.
template <int N, bool kMasked, class T, class M>
HWY_INLINE void sum_vectors(const int32_t* rows, int64_t count, const T* from, int64_t stride, M mask,
                            bool adds, T* to) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  hn::Vec<decltype(d)> sums[N];
  for (int j = 0; j < N; ++j) sums[j] = hn::Zero(d);
  for (int64_t i = 0; i < count; ++i) {
    const T* row = from + rows[i] * stride;
    for (int j = 0; j < N; ++j) {
      const bool part = kMasked && j == N - 1;
      sums[j] =
          hn::Add(sums[j], part ? hn::MaskedLoad(mask, d, row + j * lanes) : hn::LoadU(d, row + j * lanes));
    }
  }
  for (int j = 0; j < N; ++j) {
    T* at = to + j * lanes;
    if (kMasked && j == N - 1) {
      if (adds) sums[j] = hn::Add(hn::MaskedLoad(mask, d, at), sums[j]);
      hn::BlendedStore(sums[j], mask, d, at);
    } else {
      hn::StoreU(adds ? hn::Add(hn::LoadU(d, at), sums[j]) : sums[j], d, at);
    }
  }
}

/// to (cols) = or += the sum of the listed rows of `from`.
template <class T>
HWY_NOINLINE void sum_rows(const int32_t* rows, int64_t count, const T* from, int64_t cols, bool adds,
                           T* to) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto all = hn::FirstN(d, hn::Lanes(d));
  int64_t column = 0;
  for (; column + 8 * lanes <= cols; column += 8 * lanes)
    sum_vectors<8, false>(rows, count, from + column, cols, all, adds, to + column);
  for (; column + 4 * lanes <= cols; column += 4 * lanes)
    sum_vectors<4, false>(rows, count, from + column, cols, all, adds, to + column);
  const int64_t left = cols - column, vectors = (left + lanes - 1) / lanes;
  if (left == 0) return;
  const auto mask = hn::FirstN(d, static_cast<size_t>(left - (vectors - 1) * lanes));
  if (vectors == 4) sum_vectors<4, true>(rows, count, from + column, cols, mask, adds, to + column);
  if (vectors == 3) sum_vectors<3, true>(rows, count, from + column, cols, mask, adds, to + column);
  if (vectors == 2) sum_vectors<2, true>(rows, count, from + column, cols, mask, adds, to + column);
  if (vectors == 1) sum_vectors<1, true>(rows, count, from + column, cols, mask, adds, to + column);
}

auto ones_by_type() { return ByType{&ones_in<float>, &ones_in<double>}; }
auto sum_rows_by_type() { return ByType{&sum_rows<float>, &sum_rows<double>}; }

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(ones_by_type);
HWY_EXPORT(sum_rows_by_type);

constexpr int64_t kGrain = 16;    // rows that are worth a second thread
constexpr int64_t kColumns = 16;  // of x that are listed together: a line of the cache
constexpr int64_t kRowsAtOnce = 256;

template <class T>
void add_rows(const int32_t* rows, int64_t count, const T* from, int64_t cols, bool adds, T* to) {
  HWY_DYNAMIC_DISPATCH(sum_rows_by_type)()(rows, count, from, cols, adds, to);
}

/// Columns [begin, end), at most kColumns, of x'p over rows [first, last), at most kRowsAtOnce.
template <class T>
void outer_columns(const T* x, const T* p, T* y, bool adds, int64_t first, int64_t last, int64_t begin,
                   int64_t end, int64_t k, int64_t cols) {
  int32_t lists[kColumns][kRowsAtOnce + 1];
  int64_t counts[kColumns] = {};
  for (int64_t row = first; row < last; ++row) {
    const T* values = x + row * k;
    for (int64_t i = begin; i < end; ++i) {  // without a branch, which nobody could predict
      lists[i - begin][counts[i - begin]] = static_cast<int32_t>(row - first);
      counts[i - begin] += values[i] != T{0} ? 1 : 0;
    }
  }
  for (int64_t i = begin; i < end; ++i)
    add_rows(lists[i - begin], counts[i - begin], p + first * cols, cols, adds, y + i * cols);
}

}  // namespace

template <class T>
int64_t count_ones(const T* x, int64_t n) {
  return HWY_DYNAMIC_DISPATCH(ones_by_type)()(x, n);
}
template int64_t count_ones(const float*, int64_t);
template int64_t count_ones(const double*, int64_t);

template <class T>
void binary_product(const T* x, const T* w, T* y, int64_t rows, int64_t k, int64_t cols) {
  parallel_for(rows, kGrain, 1, [=](int64_t begin, int64_t end) {
    struct Listed;
    auto* list = scratch<int32_t, Listed>(k + 1);
    for (int64_t row = begin; row < end; ++row) {
      int64_t count = 0;
      for (int64_t i = 0; i < k; ++i) {
        list[count] = static_cast<int32_t>(i);
        count += x[row * k + i] != T{0} ? 1 : 0;
      }
      add_rows(list, count, w, cols, false, y + row * cols);
    }
  });
}
template void binary_product(const float*, const float*, float*, int64_t, int64_t, int64_t);
template void binary_product(const double*, const double*, double*, int64_t, int64_t, int64_t);

template <class T>
void binary_outer_product(const T* x, const T* p, T* y, bool adds, int64_t rows, int64_t k, int64_t cols) {
  parallel_for(k, 2 * kColumns, kColumns, [=](int64_t from, int64_t to) {
    for (int64_t begin = from; begin < to; begin += kColumns) {
      const int64_t end = std::min(to, begin + kColumns);
      for (int64_t first = 0; first < rows; first += kRowsAtOnce) {
        outer_columns(x, p, y, adds || first > 0, first, std::min(rows, first + kRowsAtOnce), begin, end, k,
                      cols);
      }
    }
  });
}
template void binary_outer_product(const float*, const float*, float*, bool, int64_t, int64_t, int64_t);
template void binary_outer_product(const double*, const double*, double*, bool, int64_t, int64_t, int64_t);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
