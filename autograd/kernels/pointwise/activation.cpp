// Activations with their derivatives, and the binary cross-entropy with logits, which is made of one.

#include "autograd/kernels/pointwise/activation_gauss.h"
#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/threads/parallel.h"
#include "autograd/kernels/threads/scratch.h"
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

template <class T>
void with_order(Activation f, int n, double alpha, const T* g, const T* x, T* y, int64_t count) {
  with_activation(f, [&]<Activation kF>() { run_order<kF>(n, alpha, g, x, y, count); });
}

auto activation_by_type() { return ByType{&with_order<float>, &with_order<double>}; }

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

template <class T>
void any_slopes(Activation f, double alpha, const T* g, const T* h, const T* x, T* first, T* second,
                int64_t count) {
  with_activation(f, [&]<Activation kF>() { slopes<kF>(alpha, g, h, x, first, second, count); });
}

auto slopes_by_type() { return ByType{&any_slopes<float>, &any_slopes<double>}; }
template <class T>
void any_slopes_grad(Activation f, double alpha, const T* a, const T* b, const T* x, T* y, int64_t count) {
  with_activation(f, [&]<Activation kF>() { slopes_grad<kF>(alpha, a, b, x, y, count); });
}

auto slopes_grad_by_type() { return ByType{&any_slopes_grad<float>, &any_slopes_grad<double>}; }

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
HWY_NOINLINE void bce_grad(const T* g, const T* l, const T* t, T* y, int64_t n) {
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

template <class T>
void bce(const T* l, const T* t, T* y, int64_t n) {
  map(BceWithLogits(), l, t, y, n);
}

auto bce_by_type() { return ByType{&bce<float>, &bce<double>}; }
auto bce_grad_by_type() { return ByType{&bce_grad<float>, &bce_grad<double>}; }

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(activation_by_type);
HWY_EXPORT(slopes_by_type);
HWY_EXPORT(slopes_grad_by_type);
HWY_EXPORT(bce_by_type);
HWY_EXPORT(bce_grad_by_type);

constexpr int64_t kGrain = 4096;
constexpr int64_t kCheapGrain = 16384;  // where no exponential is taken

template <class T>
void run_parallel(Activation f, int n, double alpha, const T* g, const T* x, T* y, int64_t count) {
  if (n < 0 || n > kMaxActivationOrder) {
    throw Error(
        "activation: derivatives of order 0 to {} exist, not of order {}. Hint: differentiate fewer times.",
        kMaxActivationOrder, n);
  }
  if (is_gauss(f)) return gauss_activation(f, n, g, x, y, count);
  const bool cheap = f == Activation::relu || f == Activation::leaky_relu;
  parallel_for(count, cheap ? kCheapGrain : kGrain, 64, [=](int64_t begin, int64_t end) {
    const T* factor = g == nullptr ? nullptr : g + begin;
    HWY_DYNAMIC_DISPATCH(activation_by_type)()(f, n, alpha, factor, x + begin, y + begin, end - begin);
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

template <class T>
void activation_slopes(Activation f, double alpha, const T* g, const T* h, const T* x, T* first, T* second,
                       int64_t count) {
  if (is_gauss(f)) {
    gauss_activation(f, 1, g, x, first, count);
    gauss_activation(f, 2, g, x, second, count);
    if (h != nullptr) binary(Binary::mul, second, h, second, count);
    return;
  }
  const auto slopes = HWY_DYNAMIC_DISPATCH(slopes_by_type)();
  parallel_for(count, kGrain, 64, [=](int64_t begin, int64_t end) {
    const T* scale = g == nullptr ? nullptr : g + begin;
    const T* second_scale = h == nullptr ? nullptr : h + begin;
    slopes(f, alpha, scale, second_scale, x + begin, first + begin, second + begin, end - begin);
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
  const auto slopes_grad = HWY_DYNAMIC_DISPATCH(slopes_grad_by_type)();
  parallel_for(count, kGrain, 64, [=](int64_t begin, int64_t end) {
    slopes_grad(f, alpha, a + begin, b + begin, x + begin, y + begin, end - begin);
  });
}
template void activation_slopes_grad(Activation, double, const float*, const float*, const float*, float*,
                                     int64_t);
template void activation_slopes_grad(Activation, double, const double*, const double*, const double*, double*,
                                     int64_t);

template <class T>
void bce_with_logits(const T* logits, const T* targets, T* y, int64_t n) {
  parallel_for(n, kGrain, 64, [=](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(bce_by_type)()(logits + begin, targets + begin, y + begin, end - begin);
  });
}
template void bce_with_logits(const float*, const float*, float*, int64_t);
template void bce_with_logits(const double*, const double*, double*, int64_t);

template <class T>
void bce_with_logits_grad(const T* g, const T* logits, const T* targets, T* y, int64_t n) {
  const auto bce_grad = HWY_DYNAMIC_DISPATCH(bce_grad_by_type)();
  parallel_for(n, kGrain, 64, [=](int64_t begin, int64_t end) {
    bce_grad(g + begin, logits + begin, targets + begin, y + begin, end - begin);
  });
}
template void bce_with_logits_grad(const float*, const float*, const float*, float*, int64_t);
template void bce_with_logits_grad(const double*, const double*, const double*, double*, int64_t);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
