#include "autograd/kernels/pointwise/activation_slopes.h"

#include "autograd/kernels/pointwise/activation_gauss.h"
#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/threads/parallel.h"
#include "autograd/kernels/threads/scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/pointwise/activation_slopes.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/activation_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

template <Activation kF, class T>
HWY_NOINLINE void slopes(double alpha, const T* g, const T* h, const T* x, T* first, T* second,
                         int64_t count) {
  for_vectors<T>(count, [&](auto d, const auto& load, const auto& store) HWY_ATTR {
    const auto at = load(x);
    auto f1 = ActivationFn<kF, 1>{1, alpha}(d, at);
    auto f2 = ActivationFn<kF, 2>{2, alpha}(d, at);
    if (g != nullptr) {
      const auto factor = load(g);
      f1 = hn::Mul(factor, f1);
      f2 = hn::Mul(hn::Mul(factor, load(h)), f2);
    }
    store(f1, first);
    store(f2, second);
  });
}

template <Activation kF, class T>
HWY_NOINLINE void slopes_grad(double alpha, const T* a, const T* b, const T* x, T* y, int64_t count) {
  for_vectors<T>(count, [&](auto d, const auto& load, const auto& store) HWY_ATTR {
    const auto at = load(x);
    const auto f2 = ActivationFn<kF, 2>{2, alpha}(d, at);
    const auto f3 = ActivationFn<kF, 3>{3, alpha}(d, at);
    store(hn::MulAdd(load(b), f3, hn::Mul(load(a), f2)), y);
  });
}

void slopes_f32(Activation f, double alpha, const float* g, const float* h, const float* x, float* first,
                float* second, int64_t count) {
  with_activation(f, [&]<Activation kF>() { slopes<kF>(alpha, g, h, x, first, second, count); });
}
void slopes_f64(Activation f, double alpha, const double* g, const double* h, const double* x, double* first,
                double* second, int64_t count) {
  with_activation(f, [&]<Activation kF>() { slopes<kF>(alpha, g, h, x, first, second, count); });
}
void slopes_grad_f32(Activation f, double alpha, const float* a, const float* b, const float* x, float* y,
                     int64_t count) {
  with_activation(f, [&]<Activation kF>() { slopes_grad<kF>(alpha, a, b, x, y, count); });
}
void slopes_grad_f64(Activation f, double alpha, const double* a, const double* b, const double* x, double* y,
                     int64_t count) {
  with_activation(f, [&]<Activation kF>() { slopes_grad<kF>(alpha, a, b, x, y, count); });
}

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(slopes_f32);
HWY_EXPORT(slopes_f64);
HWY_EXPORT(slopes_grad_f32);
HWY_EXPORT(slopes_grad_f64);

constexpr int64_t kGrain = 4096;

}  // namespace

template <class T>
void activation_slopes(Activation f, double alpha, const T* g, const T* h, const T* x, T* first, T* second,
                       int64_t count) {
  if (is_gauss(f)) {
    gauss_activation(f, 1, g, x, first, count);
    gauss_activation(f, 2, g, x, second, count);
    if (h != nullptr) binary(Binary::mul, second, h, second, count);
    return;
  }
  parallel_for(count, kGrain, 64, [=](int64_t begin, int64_t end) {
    const T* scale = g == nullptr ? nullptr : g + begin;
    const T* second_scale = h == nullptr ? nullptr : h + begin;
    if constexpr (sizeof(T) == 4) {
      HWY_DYNAMIC_DISPATCH(slopes_f32)
      (f, alpha, scale, second_scale, x + begin, first + begin, second + begin, end - begin);
    } else {
      HWY_DYNAMIC_DISPATCH(slopes_f64)
      (f, alpha, scale, second_scale, x + begin, first + begin, second + begin, end - begin);
    }
  });
}
template void activation_slopes(Activation, double, const float*, const float*, const float*, float*, float*,
                                int64_t);
template void activation_slopes(Activation, double, const double*, const double*, const double*, double*,
                                double*, int64_t);

template <class T>
void activation_slopes_grad(Activation f, double alpha, const T* a, const T* b, const T* x, T* y,
                            int64_t count) {
  if (is_gauss(f)) {
    T* third = scratch<T>(count);
    gauss_activation(f, 2, a, x, y, count);
    gauss_activation(f, 3, b, x, third, count);
    return add_to(third, y, count);
  }
  parallel_for(count, kGrain, 64, [=](int64_t begin, int64_t end) {
    if constexpr (sizeof(T) == 4) {
      HWY_DYNAMIC_DISPATCH(slopes_grad_f32)
      (f, alpha, a + begin, b + begin, x + begin, y + begin, end - begin);
    } else {
      HWY_DYNAMIC_DISPATCH(slopes_grad_f64)
      (f, alpha, a + begin, b + begin, x + begin, y + begin, end - begin);
    }
  });
}
template void activation_slopes_grad(Activation, double, const float*, const float*, const float*, float*,
                                     int64_t);
template void activation_slopes_grad(Activation, double, const double*, const double*, const double*, double*,
                                     int64_t);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
