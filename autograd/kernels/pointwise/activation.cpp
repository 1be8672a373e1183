#include <fmt/format.h>

#include "autograd/kernels/pointwise/activation_gauss.h"
#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/threads/parallel.h"
#include "gradzoo/base/error.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/pointwise/activation.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/activation_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

/// f(x), or g f(x): one function for both, as each costs seconds to compile.
template <class F>
struct Scaled {
  F f;
  bool by_g;
  template <class D, class V>
  HWY_INLINE V operator()(D d, V g, V x) const {
    const V y = f(d, x);
    return by_g ? hn::Mul(g, y) : y;
  }
};

/// y = f(x), or g f(x) where g is given.
template <class T, class F>
HWY_INLINE void run(const F& f, const T* g, const T* x, T* y, int64_t count) {
  map(Scaled<F>{f, g != nullptr}, g == nullptr ? x : g, x, y, count);
}

/// Orders 0, 1 and 2 stand in every training step and are compiled each on its own.
template <Activation kF, class T>
HWY_NOINLINE void run_order(int n, double alpha, const T* g, const T* x, T* y, int64_t count) {
  switch (n) {
    case 0:
      return run(ActivationFn<kF, 0>{0, alpha}, g, x, y, count);
    case 1:
      return run(ActivationFn<kF, 1>{1, alpha}, g, x, y, count);
    case 2:
      return run(ActivationFn<kF, 2>{2, alpha}, g, x, y, count);
    default:
      return run(ActivationFn<kF, -1>{n, alpha}, g, x, y, count);
  }
}

void activation_f32(Activation f, int n, double alpha, const float* g, const float* x, float* y,
                    int64_t count) {
  with_activation(f, [&]<Activation kF>() { run_order<kF>(n, alpha, g, x, y, count); });
}
void activation_f64(Activation f, int n, double alpha, const double* g, const double* x, double* y,
                    int64_t count) {
  with_activation(f, [&]<Activation kF>() { run_order<kF>(n, alpha, g, x, y, count); });
}

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(activation_f32);
HWY_EXPORT(activation_f64);

constexpr int64_t kGrain = 4096;
constexpr int64_t kCheapGrain = 16384;  // where no exponential is taken

template <class T>
void run_parallel(Activation f, int n, double alpha, const T* g, const T* x, T* y, int64_t count) {
  if (n < 0 || n > kMaxActivationOrder) {
    throw Error(fmt::format(
        "activation: derivatives of order 0 to {} exist, not of order {}. Hint: differentiate fewer times.",
        kMaxActivationOrder, n));
  }
  if (is_gauss(f)) return gauss_activation(f, n, g, x, y, count);
  const bool cheap = f == Activation::relu || f == Activation::leaky_relu;
  parallel_for(count, cheap ? kCheapGrain : kGrain, 64, [=](int64_t begin, int64_t end) {
    const T* factor = g == nullptr ? nullptr : g + begin;
    if constexpr (sizeof(T) == 4) {
      HWY_DYNAMIC_DISPATCH(activation_f32)(f, n, alpha, factor, x + begin, y + begin, end - begin);
    } else {
      HWY_DYNAMIC_DISPATCH(activation_f64)(f, n, alpha, factor, x + begin, y + begin, end - begin);
    }
  });
}

}  // namespace

template <class T>
void activation(Activation f, int n, double alpha, const T* x, T* y, int64_t count) {
  run_parallel(f, n, alpha, static_cast<const T*>(nullptr), x, y, count);
}
template void activation(Activation, int, double, const float*, float*, int64_t);
template void activation(Activation, int, double, const double*, double*, int64_t);

template <class T>
void mul_activation(Activation f, int n, double alpha, const T* g, const T* x, T* y, int64_t count) {
  run_parallel(f, n, alpha, g, x, y, count);
}
template void mul_activation(Activation, int, double, const float*, const float*, float*, int64_t);
template void mul_activation(Activation, int, double, const double*, const double*, double*, int64_t);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
