#include <cmath>

#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/threads/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/pointwise/elementwise_unary.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/circular_math-inl.h"
#include "autograd/kernels/pointwise/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

template <Unary kF>
struct UnaryFn {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    if constexpr (kF == Unary::neg) return hn::Neg(x);
    if constexpr (kF == Unary::abs) return hn::Abs(x);
    if constexpr (kF == Unary::exp) return exp(d, x);
    if constexpr (kF == Unary::expm1) return expm1(d, x);
    if constexpr (kF == Unary::log) return log(d, x);
    if constexpr (kF == Unary::log1p) return log1p(d, x);
    if constexpr (kF == Unary::sqrt) return hn::Sqrt(x);
    if constexpr (kF == Unary::rsqrt) return hn::Div(constant(d, 1), hn::Sqrt(x));
    if constexpr (kF == Unary::reciprocal) return hn::Div(constant(d, 1), x);
    if constexpr (kF == Unary::square) return hn::Mul(x, x);
    if constexpr (kF == Unary::sin) return circular<Sine>(d, x);
    if constexpr (kF == Unary::cos) return circular<Cosine>(d, x);
    if constexpr (kF == Unary::floor) return hn::Floor(x);
    if constexpr (kF == Unary::sign) {
      const V one = constant(d, 1);
      const V positive = hn::IfThenElse(hn::Gt(x, hn::Zero(d)), one, x);  // 0 and NaN stay
      return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Neg(one), positive);
    }
  }
};

template <class T>
HWY_INLINE void unary_range(Unary f, const T* x, T* y, int64_t n) {
  switch (f) {
    case Unary::neg:
      return map(UnaryFn<Unary::neg>(), x, y, n);
    case Unary::abs:
      return map(UnaryFn<Unary::abs>(), x, y, n);
    case Unary::exp:
      return map(UnaryFn<Unary::exp>(), x, y, n);
    case Unary::expm1:
      return map(UnaryFn<Unary::expm1>(), x, y, n);
    case Unary::log:
      return map(UnaryFn<Unary::log>(), x, y, n);
    case Unary::log1p:
      return map(UnaryFn<Unary::log1p>(), x, y, n);
    case Unary::sqrt:
      return map(UnaryFn<Unary::sqrt>(), x, y, n);
    case Unary::rsqrt:
      return map(UnaryFn<Unary::rsqrt>(), x, y, n);
    case Unary::reciprocal:
      return map(UnaryFn<Unary::reciprocal>(), x, y, n);
    case Unary::square:
      return map(UnaryFn<Unary::square>(), x, y, n);
    case Unary::sin:
      return map(UnaryFn<Unary::sin>(), x, y, n);
    case Unary::cos:
      return map(UnaryFn<Unary::cos>(), x, y, n);
    case Unary::sign:
      return map(UnaryFn<Unary::sign>(), x, y, n);
    case Unary::floor:
      return map(UnaryFn<Unary::floor>(), x, y, n);
  }
}

void unary_f32(Unary f, const float* x, float* y, int64_t n) { unary_range(f, x, y, n); }
void unary_f64(Unary f, const double* x, double* y, int64_t n) { unary_range(f, x, y, n); }

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(unary_f32);
HWY_EXPORT(unary_f64);

constexpr int64_t kAlign = 64;
constexpr int64_t kGrain = 4096;

}  // namespace

template <class T>
void unary(Unary f, const T* x, T* y, int64_t n) {
  parallel_for(n, kGrain, kAlign, [&](int64_t begin, int64_t end) {
    if constexpr (sizeof(T) == 4) {
      HWY_DYNAMIC_DISPATCH(unary_f32)(f, x + begin, y + begin, end - begin);
    } else {
      HWY_DYNAMIC_DISPATCH(unary_f64)(f, x + begin, y + begin, end - begin);
    }
  });
}
template void unary(Unary, const float*, float*, int64_t);
template void unary(Unary, const double*, double*, int64_t);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
