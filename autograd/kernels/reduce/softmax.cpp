// logsumexp, softmax and log_softmax of lines, shifted by the largest value m of the line:
// lse = m + log(1 + s), where s sums e^(x - m) over all but one that is largest, and may be far below 1.
#include <algorithm>
#include <cmath>

#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/reduce/reduce.h"
#include "autograd/kernels/threads/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/reduce/softmax.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/lanes-inl.h"
#include "autograd/kernels/reduce/reduce_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

/// e^(x - most), and 0 for the largest themselves.
template <class T>
struct ExpOfOthers {
  T most;
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    const V m = hn::Set(d, most);
    return hn::IfThenZeroElse(hn::Eq(x, m), exp(d, hn::Sub(x, m)));
  }
};

/// 1 for the largest.
template <class T>
struct IsLargest {
  T most;
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return hn::IfThenElseZero(hn::Eq(x, hn::Set(d, most)), constant(d, 1));
  }
};

/// s of a line, in blocks whose sums are added in double.
template <class T>
HWY_INLINE double sum_of_others(const T* x, T most, int64_t n) {
  constexpr int64_t kBlock = 4096;
  double others = 0, largest = 0;
  for (int64_t at = 0; at < n; at += kBlock) {
    const int64_t size = std::min(kBlock, n - at);
    others += static_cast<double>(fold<Reduce::sum>(ExpOfOthers<T>{most}, x + at, size));
    largest += static_cast<double>(fold<Reduce::sum>(IsLargest<T>{most}, x + at, size));
  }
  return others + (largest - 1);
}

/// A contiguous line. An infinite m (all -inf, or some +inf) is the logsumexp itself.
template <class T>
HWY_NOINLINE void line(SoftmaxOutput output, const T* x, T* y, int64_t n) {
  const T most = fold<Reduce::max>(Identity(), x, n);
  const double others = std::isinf(most) ? 0 : sum_of_others(x, most, n);
  switch (output) {
    case SoftmaxOutput::logsumexp:
      *y = static_cast<T>(static_cast<double>(most) + std::log1p(others));
      return;
    case SoftmaxOutput::log_softmax:
      map(Subtract<T>{most}, x, y, n);
      map(Subtract<T>{static_cast<T>(std::log1p(others))}, y, y, n);
      return;
    case SoftmaxOutput::softmax:
      if (most == -std::numeric_limits<T>::infinity()) return std::fill(y, y + n, T{0});
      map(ShiftedExp<T>{most}, x, y, n);
      map(Scale<T>{static_cast<T>(1 / (1 + others))}, y, y, n);
      return;
  }
}

/// s of up to one vector of lines; rows in blocks, so that errors do not pile up.
template <class D, class V>
HWY_INLINE V sum_others_of_columns(D d, const Lane<D>* x, V most, int64_t n, int64_t stride, int64_t count) {
  constexpr int64_t kBlock = 128;
  SumOfSums<V> total{hn::Zero(d), hn::Zero(d)};
  V largest = constant(d, -1);
  for (int64_t at = 0; at < n; at += kBlock) {
    V partial = hn::Zero(d);
    for (int64_t i = at; i < std::min(n, at + kBlock); ++i) {
      const V value = load_some(x + i * stride, count);
      const auto is_largest = hn::Eq(value, most);
      partial = hn::Add(partial, hn::IfThenZeroElse(is_largest, exp(d, hn::Sub(value, most))));
      largest = hn::Add(largest, hn::IfThenElseZero(is_largest, constant(d, 1)));
    }
    total.add(partial);
  }
  return hn::Add(total.value(), largest);
}

/// `count` <= one vector of lines side by side: x[i * stride + j], i < n, j < count.
template <class T>
HWY_INLINE void side_by_side(SoftmaxOutput output, const T* x, T* y, int64_t n, int64_t stride,
                             int64_t count) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  V most = hn::Neg(infinity(d));
  for (int64_t i = 0; i < n; ++i) most = Combine<Reduce::max>()(d, most, load_some(x + i * stride, count));
  const auto infinite = hn::Eq(hn::Abs(most), infinity(d));
  const V others = hn::IfThenZeroElse(infinite, sum_others_of_columns(d, x, most, n, stride, count));
  const V sum = hn::Add(constant(d, 1), others), log_sum = log1p(d, others);
  if (output == SoftmaxOutput::logsumexp) return store_some(hn::Add(most, log_sum), y, count);
  const auto empty = hn::Eq(most, hn::Neg(infinity(d)));
  for (int64_t i = 0; i < n; ++i) {
    const V shifted = hn::Sub(load_some(x + i * stride, count), most);
    const V value = output == SoftmaxOutput::log_softmax
                        ? hn::Sub(shifted, log_sum)
                        : hn::IfThenZeroElse(empty, hn::Div(exp(d, shifted), sum));
    store_some(value, y + i * stride, count);
  }
}

template <class T>
HWY_NOINLINE void columns(SoftmaxOutput output, const T* x, T* y, int64_t n, int64_t stride, int64_t count) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(hn::ScalableTag<T>()));
  for (int64_t j = 0; j < count; j += lanes) {
    side_by_side(output, x + j, y + j, n, stride, std::min(lanes, count - j));
  }
}

auto line_by_type() { return ByType{&line<float>, &line<double>}; }
auto columns_by_type() { return ByType{&columns<float>, &columns<double>}; }

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(line_by_type);
HWY_EXPORT(columns_by_type);

constexpr int64_t kGrain = 4096;  // elements
constexpr int64_t kColumnBlock = 64;

/// inner == 1: contiguous lines.
template <class T>
void run_lines(SoftmaxOutput output, const T* x, T* y, int64_t outer, int64_t n) {
  const int64_t y_step = output == SoftmaxOutput::logsumexp ? 1 : n;
  const auto line = HWY_DYNAMIC_DISPATCH(line_by_type)();
  parallel_for(outer, std::max<int64_t>(1, kGrain / n), 1, [=](int64_t begin, int64_t end) {
    for (int64_t o = begin; o < end; ++o) line(output, x + o * n, y + o * y_step, n);
  });
}

/// inner > 1: blocks of lines that lie side by side.
template <class T>
void run_columns(SoftmaxOutput output, const T* x, T* y, int64_t outer, int64_t n, int64_t inner) {
  const int64_t y_step = (output == SoftmaxOutput::logsumexp ? 1 : n) * inner;
  const int64_t blocks = (inner + kColumnBlock - 1) / kColumnBlock;
  const int64_t task_elements = n * std::min(inner, kColumnBlock);
  parallel_for(outer * blocks, std::max<int64_t>(1, kGrain / task_elements), 1,
               [=](int64_t begin, int64_t end) {
                 for (int64_t task = begin; task < end; ++task) {
                   const int64_t column = task % blocks * kColumnBlock;
                   const int64_t count = std::min(kColumnBlock, inner - column);
                   const T* from = x + task / blocks * n * inner + column;
                   T* to = y + task / blocks * y_step + column;
                   HWY_DYNAMIC_DISPATCH(columns_by_type)()(output, from, to, n, inner, count);
                 }
               });
}

template <class T>
void run(SoftmaxOutput output, const T* x, T* y, int64_t outer, int64_t n, int64_t inner) {
  if (outer * n * inner == 0) return;
  if (inner == 1) return run_lines(output, x, y, outer, n);
  run_columns(output, x, y, outer, n, inner);
}

}  // namespace

template <class T>
void logsumexp(const T* x, T* y, int64_t outer, int64_t n, int64_t inner) {
  if (n == 0) return std::fill(y, y + outer * inner, -std::numeric_limits<T>::infinity());
  run(SoftmaxOutput::logsumexp, x, y, outer, n, inner);
}
template void logsumexp(const float*, float*, int64_t, int64_t, int64_t);
template void logsumexp(const double*, double*, int64_t, int64_t, int64_t);

template <class T>
void softmax(const T* x, T* y, int64_t outer, int64_t n, int64_t inner) {
  run(SoftmaxOutput::softmax, x, y, outer, n, inner);
}
template void softmax(const float*, float*, int64_t, int64_t, int64_t);
template void softmax(const double*, double*, int64_t, int64_t, int64_t);

template <class T>
void log_softmax(const T* x, T* y, int64_t outer, int64_t n, int64_t inner) {
  run(SoftmaxOutput::log_softmax, x, y, outer, n, inner);
}
template void log_softmax(const float*, float*, int64_t, int64_t, int64_t);
template void log_softmax(const double*, double*, int64_t, int64_t, int64_t);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
