// Accumulation and the optimisers' updates: one pass over the parameters each.
#include <cmath>

#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/threads/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/pointwise/update.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/vector_math-inl.h"

namespace gradzoo::kernels {
#ifndef GRADZOO_UPDATE_RULES_
#define GRADZOO_UPDATE_RULES_
namespace {

template <class T>
struct SgdRule {
  T lr, momentum, weight_decay;
  bool nesterov;
};

template <class T>
struct AdamRule {
  T beta1, beta2, eps;
  T one_minus_beta1, one_minus_beta2;
  T step_size;        // lr / (1 - beta1^step)
  T root_correction;  // 1 / sqrt(1 - beta2^step)
  T coupled_decay;    // added to the gradient
  T shrink;           // 1 - lr * decoupled decay
};

}  // namespace
#endif
}  // namespace gradzoo::kernels

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

template <class T>
struct Lerp {
  T weight;
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x, V y) const {
    return hn::MulAdd(hn::Set(d, weight), hn::Sub(x, y), y);
  }
};

struct Sum {
  template <class D, class V>
  HWY_INLINE V operator()(D, V x, V y) const {
    return hn::Add(x, y);
  }
};

/// One vector of the SGD update, in place.
template <class T, class D>
HWY_INLINE void sgd_vector(const SgdRule<T>& rule, D d, T* w, const T* g, T* v) {
  const auto weight = hn::LoadU(d, w);
  const auto gradient = hn::MulAdd(hn::Set(d, rule.weight_decay), weight, hn::LoadU(d, g));
  const auto mu = hn::Set(d, rule.momentum);
  auto direction = gradient;
  if (rule.momentum != 0) {
    const auto velocity = hn::MulAdd(mu, hn::LoadU(d, v), gradient);
    hn::StoreU(velocity, d, v);
    direction = rule.nesterov ? hn::MulAdd(mu, velocity, gradient) : velocity;
  }
  hn::StoreU(hn::NegMulAdd(hn::Set(d, rule.lr), direction, weight), d, w);
}

/// One vector of the Adam update, in place.
template <class T, class D>
HWY_INLINE void adam_vector(const AdamRule<T>& rule, D d, T* w, const T* g, T* m, T* v) {
  const auto weight = hn::LoadU(d, w);
  const auto gradient = hn::MulAdd(hn::Set(d, rule.coupled_decay), weight, hn::LoadU(d, g));
  const auto first = hn::MulAdd(hn::Set(d, rule.beta1), hn::LoadU(d, m),
                                hn::Mul(hn::Set(d, rule.one_minus_beta1), gradient));
  const auto second = hn::MulAdd(hn::Set(d, rule.beta2), hn::LoadU(d, v),
                                 hn::Mul(hn::Set(d, rule.one_minus_beta2), hn::Mul(gradient, gradient)));
  hn::StoreU(first, d, m);
  hn::StoreU(second, d, v);
  const auto denominator =
      hn::MulAdd(hn::Sqrt(second), hn::Set(d, rule.root_correction), hn::Set(d, rule.eps));
  const auto step = hn::Div(hn::Mul(hn::Set(d, rule.step_size), first), denominator);
  hn::StoreU(hn::Sub(hn::Mul(weight, hn::Set(d, rule.shrink)), step), d, w);
}

template <class T>
HWY_NOINLINE void sgd_range(const SgdRule<T>& rule, T* w, const T* g, T* v, int64_t n) {
  const hn::ScalableTag<T> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  const bool uses_v = rule.momentum != 0;
  for (; i + lanes <= n; i += lanes) sgd_vector(rule, d, w + i, g + i, uses_v ? v + i : nullptr);
  if (i == n) return;
  HWY_ALIGN T tail[3][hn::MaxLanes(d)] = {};
  const size_t bytes = static_cast<size_t>(n - i) * sizeof(T);
  std::memcpy(tail[0], w + i, bytes);
  std::memcpy(tail[1], g + i, bytes);
  if (uses_v) std::memcpy(tail[2], v + i, bytes);
  sgd_vector(rule, d, tail[0], tail[1], tail[2]);
  std::memcpy(w + i, tail[0], bytes);
  if (uses_v) std::memcpy(v + i, tail[2], bytes);
}

template <class T>
HWY_NOINLINE void adam_range(const AdamRule<T>& rule, T* w, const T* g, T* m, T* v, int64_t n) {
  const hn::ScalableTag<T> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) adam_vector(rule, d, w + i, g + i, m + i, v + i);
  if (i == n) return;
  HWY_ALIGN T tail[4][hn::MaxLanes(d)] = {};
  const size_t bytes = static_cast<size_t>(n - i) * sizeof(T);
  std::memcpy(tail[0], w + i, bytes);
  std::memcpy(tail[1], g + i, bytes);
  std::memcpy(tail[2], m + i, bytes);
  std::memcpy(tail[3], v + i, bytes);
  adam_vector(rule, d, tail[0], tail[1], tail[2], tail[3]);
  std::memcpy(w + i, tail[0], bytes);
  std::memcpy(m + i, tail[2], bytes);
  std::memcpy(v + i, tail[3], bytes);
}

template <class T>
void add_range(const T* x, T* y, int64_t n) {
  map(Sum(), x, y, y, n);
}

auto add_by_type() { return ByType{&add_range<float>, &add_range<double>}; }
template <class T>
void lerp_range(T weight, const T* x, T* y, int64_t n) {
  map(Lerp<T>{weight}, x, y, y, n);
}

auto lerp_by_type() { return ByType{&lerp_range<float>, &lerp_range<double>}; }
auto sgd_by_type() { return ByType{&sgd_range<float>, &sgd_range<double>}; }
auto adam_by_type() { return ByType{&adam_range<float>, &adam_range<double>}; }

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(add_by_type);
HWY_EXPORT(lerp_by_type);
HWY_EXPORT(sgd_by_type);
HWY_EXPORT(adam_by_type);

constexpr int64_t kGrain = 8192;

}  // namespace

template <class T>
void add_to(const T* x, T* y, int64_t n) {
  parallel_for(n, kGrain, 64, [=](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(add_by_type)()(x + begin, y + begin, end - begin);
  });
}
template void add_to(const float*, float*, int64_t);
template void add_to(const double*, double*, int64_t);

template <class T>
void lerp(double weight, const T* x, T* y, int64_t n) {
  const T w = static_cast<T>(weight);
  parallel_for(n, kGrain, 64, [=](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(lerp_by_type)()(w, x + begin, y + begin, end - begin);
  });
}
template void lerp(double, const float*, float*, int64_t);
template void lerp(double, const double*, double*, int64_t);

template <class T>
void sgd_update(T* w, const T* g, T* v, int64_t n, double lr, double momentum, double weight_decay,
                bool nesterov) {
  const SgdRule<T> rule{static_cast<T>(lr), static_cast<T>(momentum), static_cast<T>(weight_decay), nesterov};
  parallel_for(n, kGrain, 64, [=, &rule](int64_t begin, int64_t end) {
    T* velocity = v == nullptr ? nullptr : v + begin;
    HWY_DYNAMIC_DISPATCH(sgd_by_type)()(rule, w + begin, g + begin, velocity, end - begin);
  });
}
template void sgd_update(float*, const float*, float*, int64_t, double, double, double, bool);
template void sgd_update(double*, const double*, double*, int64_t, double, double, double, bool);

template <class T>
void adam_update(T* w, const T* g, T* m, T* v, int64_t n, double lr, double beta1, double beta2, double eps,
                 double weight_decay, bool decoupled, int64_t step) {
  const double t = static_cast<double>(step);
  AdamRule<T> rule;
  rule.beta1 = static_cast<T>(beta1);
  rule.beta2 = static_cast<T>(beta2);
  rule.eps = static_cast<T>(eps);
  rule.one_minus_beta1 = static_cast<T>(1 - beta1);
  rule.one_minus_beta2 = static_cast<T>(1 - beta2);
  rule.step_size = static_cast<T>(lr / (1 - std::pow(beta1, t)));
  rule.root_correction = static_cast<T>(1 / std::sqrt(1 - std::pow(beta2, t)));
  rule.coupled_decay = static_cast<T>(decoupled ? 0 : weight_decay);
  rule.shrink = static_cast<T>(decoupled ? 1 - lr * weight_decay : 1);
  parallel_for(n, kGrain, 64, [=, &rule](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(adam_by_type)()(rule, w + begin, g + begin, m + begin, v + begin, end - begin);
  });
}
template void adam_update(float*, const float*, float*, float*, int64_t, double, double, double, double,
                          double, bool, int64_t);
template void adam_update(double*, const double*, double*, double*, int64_t, double, double, double, double,
                          double, bool, int64_t);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
