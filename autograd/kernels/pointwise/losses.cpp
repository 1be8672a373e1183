// Binary cross-entropy with logits, and gradients that read an activation's value.
#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/threads/parallel.h"
#include "gradzoo/base/error.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/pointwise/losses.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/activation_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

/// softplus(l) - l t = (max(l,0) - l t) + log1p(e^-|l|). Where max(l,0) = l the bracket is l (1 - t), and 0
/// times an infinite l is 0: the limit at targets 0 and 1.
struct BceWithLogits {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V l, V t) const {
    const V zero = hn::Zero(d);
    const V tail = log1p_finite(d, hn::Exp(d, hn::Neg(hn::Abs(l))));
    const V share = hn::IfThenElse(hn::Gt(l, zero), hn::Sub(constant(d, 1), t), t);
    const V linear = hn::IfThenElseZero(hn::Ne(share, zero), hn::Mul(hn::Abs(l), share));
    return hn::IfThenElse(hn::IsNaN(l), l, hn::Add(linear, tail));
  }
};

template <class T>
HWY_INLINE void bce_grad(const T* g, const T* l, const T* t, T* y, int64_t n) {
  const hn::ScalableTag<T> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto f = [d](auto g_, auto l_, auto t_) HWY_ATTR {
    const auto s = logistic(d, l_);
    return hn::Mul(g_, hn::Sub(hn::Mul(hn::Sub(constant(d, 1), t_), s.p), hn::Mul(t_, s.q)));
  };
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    hn::StoreU(f(hn::LoadU(d, g + i), hn::LoadU(d, l + i), hn::LoadU(d, t + i)), d, y + i);
  }
  if (i == n) return;
  HWY_ALIGN T tail[3][hn::MaxLanes(d)] = {};
  const size_t bytes = static_cast<size_t>(n - i) * sizeof(T);
  std::memcpy(tail[0], g + i, bytes);
  std::memcpy(tail[1], l + i, bytes);
  std::memcpy(tail[2], t + i, bytes);
  hn::StoreU(f(hn::LoadU(d, tail[0]), hn::LoadU(d, tail[1]), hn::LoadU(d, tail[2])), d, tail[0]);
  std::memcpy(y + i, tail[0], bytes);
}

void bce_f32(const float* l, const float* t, float* y, int64_t n) { map(BceWithLogits(), l, t, y, n); }
void bce_f64(const double* l, const double* t, double* y, int64_t n) { map(BceWithLogits(), l, t, y, n); }
void bce_grad_f32(const float* g, const float* l, const float* t, float* y, int64_t n) {
  bce_grad(g, l, t, y, n);
}
void bce_grad_f64(const double* g, const double* l, const double* t, double* y, int64_t n) {
  bce_grad(g, l, t, y, n);
}
}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(bce_f32);
HWY_EXPORT(bce_f64);
HWY_EXPORT(bce_grad_f32);
HWY_EXPORT(bce_grad_f64);

constexpr int64_t kGrain = 4096;

}  // namespace

template <class T>
void bce_with_logits(const T* logits, const T* targets, T* y, int64_t n) {
  parallel_for(n, kGrain, 64, [=](int64_t begin, int64_t end) {
    if constexpr (sizeof(T) == 4) {
      HWY_DYNAMIC_DISPATCH(bce_f32)(logits + begin, targets + begin, y + begin, end - begin);
    } else {
      HWY_DYNAMIC_DISPATCH(bce_f64)(logits + begin, targets + begin, y + begin, end - begin);
    }
  });
}
template void bce_with_logits(const float*, const float*, float*, int64_t);
template void bce_with_logits(const double*, const double*, double*, int64_t);

template <class T>
void bce_with_logits_grad(const T* g, const T* logits, const T* targets, T* y, int64_t n) {
  parallel_for(n, kGrain, 64, [=](int64_t begin, int64_t end) {
    if constexpr (sizeof(T) == 4) {
      HWY_DYNAMIC_DISPATCH(bce_grad_f32)(g + begin, logits + begin, targets + begin, y + begin, end - begin);
    } else {
      HWY_DYNAMIC_DISPATCH(bce_grad_f64)(g + begin, logits + begin, targets + begin, y + begin, end - begin);
    }
  });
}
template void bce_with_logits_grad(const float*, const float*, const float*, float*, int64_t);
template void bce_with_logits_grad(const double*, const double*, const double*, double*, int64_t);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
