// Vector loops of the reductions, on one run of a line or a block of columns. Included once per instruction
// set.
#if defined(GRADZOO_REDUCE_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GRADZOO_REDUCE_MATH_INL_H_
#undef GRADZOO_REDUCE_MATH_INL_H_
#else
#define GRADZOO_REDUCE_MATH_INL_H_
#endif

#include <hwy/highway.h>

#include "autograd/kernels/pointwise/lanes-inl.h"
#include "autograd/kernels/pointwise/vector_math-inl.h"
#include "autograd/kernels/reduce/reduce.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {

template <Reduce kOp>
struct Combine {
  template <class D, class V>
  HWY_INLINE V operator()(D, V total, V x) const {
    if constexpr (kOp == Reduce::sum) return hn::Add(total, x);
    // A NaN enters through the second test and stays, since no comparison with it is true.
    if constexpr (kOp == Reduce::max) {
      return hn::IfThenElse(hn::Or(hn::Gt(x, total), hn::IsNaN(x)), x, total);
    }
    if constexpr (kOp == Reduce::min) {
      return hn::IfThenElse(hn::Or(hn::Lt(x, total), hn::IsNaN(x)), x, total);
    }
  }
  template <class T>
  static T start() {
    if (kOp == Reduce::sum) return T{0};
    return kOp == Reduce::max ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
  }
};

/// Combines the terms f(x[0]), ..., f(x[n-1]) of a contiguous run, in four vector accumulators.
template <Reduce kOp, class T, class F>
HWY_INLINE T fold(const F& f, const T* x, int64_t n) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const Combine<kOp> combine;
  const V start = hn::Set(d, Combine<kOp>::template start<T>());
  V total0 = start, total1 = start, total2 = start, total3 = start;
  int64_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    total0 = combine(d, total0, f(d, hn::LoadU(d, x + i)));
    total1 = combine(d, total1, f(d, hn::LoadU(d, x + i + lanes)));
    total2 = combine(d, total2, f(d, hn::LoadU(d, x + i + 2 * lanes)));
    total3 = combine(d, total3, f(d, hn::LoadU(d, x + i + 3 * lanes)));
  }
  for (; i + lanes <= n; i += lanes) total0 = combine(d, total0, f(d, hn::LoadU(d, x + i)));
  if (i < n) {
    const V terms = f(d, load_some(x + i, n - i));
    const auto valid = hn::FirstN(d, static_cast<size_t>(n - i));
    total1 = combine(d, total1, hn::IfThenElse(valid, terms, start));
  }
  HWY_ALIGN T last[hn::MaxLanes(d)];
  hn::Store(combine(d, combine(d, total0, total1), combine(d, total2, total3)), d, last);
  const hn::CappedTag<T, 1> one;
  for (size_t half = hn::Lanes(d) / 2; half > 0; half /= 2) {
    for (size_t k = 0; k < half; ++k) {
      hn::StoreU(combine(one, hn::LoadU(one, last + k), hn::LoadU(one, last + k + half)), one, last + k);
    }
  }
  return last[0];
}

struct Identity {
  template <class D, class V>
  HWY_INLINE V operator()(D, V x) const {
    return x;
  }
};

/// e^(x - shift): softmax's terms.
template <class T>
struct ShiftedExp {
  T shift;
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return exp(d, hn::Sub(x, hn::Set(d, shift)));
  }
};

template <class T>
struct Subtract {
  T value;
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return hn::Sub(x, hn::Set(d, value));
  }
};

template <class T>
struct Scale {
  T value;
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return hn::Mul(x, hn::Set(d, value));
  }
};

}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // GRADZOO_REDUCE_MATH_INL_H_
