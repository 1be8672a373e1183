#include "autograd/kernels/pointwise/softplus_rise.h"

#include <algorithm>

#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/threads/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/pointwise/softplus_rise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/activation_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

/// softplus(s + e) - softplus(s), |e| at most 1.
template <class D, class V>
HWY_INLINE V near_rise(D d, V s, V e) {
  return log1p_finite(d, hn::Mul(sigmoid(d, s), hn::Expm1(d, e)));
}

/// The same by Taylor's series, p = sigmoid(s), q = 1 - p: p e (1 + q e/2 + q (q - p) e^2/6 + q (1 - 6 p q)
/// e^3/24). For |e| at most 1/16 what is left out is below e^4/120, an ulp of a float.
template <class D, class V>
HWY_INLINE V tiny_rise(D d, V s, V e) {
  const auto at = logistic(d, s);
  const V p = at.p, q = at.q;
  const V third =
      hn::Mul(constant(d, 1.0 / 24), hn::NegMulAdd(constant(d, 6), hn::Mul(p, q), constant(d, 1)));
  const V second = hn::MulAdd(e, third, hn::Mul(constant(d, 1.0 / 6), difference(d, at)));
  const V first = hn::MulAdd(e, second, constant(d, 0.5));
  const V pe = hn::Mul(p, e);
  return hn::MulAdd(hn::Mul(pe, hn::Mul(q, e)), first, pe);
}

/// softplus((from + step) z) - softplus(from z); how it is computed follows from z alone, so that a value
/// does not depend on its neighbours.
template <class D, class V>
HWY_INLINE V rise(D d, V z, V from, V step) {
  const V s = hn::Mul(from, z), e = hn::Mul(step, z), size = hn::Abs(e);
  const auto tiny = hn::Le(size, constant(d, 0.0625)), near = hn::Le(size, constant(d, 1));
  constexpr bool kSeries = sizeof(Lane<D>) == 4;
  if (kSeries && hn::AllTrue(d, tiny)) return tiny_rise(d, s, e);
  if (hn::AllTrue(d, near) && !kSeries) return near_rise(d, s, e);
  constexpr ActivationFn<Activation::softplus, 0> kSoftplus;
  const V far = hn::Sub(kSoftplus(d, hn::Add(s, e)), kSoftplus(d, s));
  V out = hn::IfThenElse(near, near_rise(d, s, hn::IfThenElseZero(near, e)), far);
  if (kSeries) out = hn::IfThenElse(tiny, tiny_rise(d, s, hn::IfThenElseZero(tiny, e)), out);
  return out;
}

/// softplus(z) - log 2: what from 0 to 1 comes to, where cancellation costs nothing beside softplus itself.
template <class D, class V>
HWY_INLINE V whole_rise(D d, V z) {
  constexpr ActivationFn<Activation::softplus, 0> kSoftplus;
  return hn::Sub(kSoftplus(d, z), constant(d, 0.6931471805599453));
}

/// The sum over a row of fn(z).
template <class T, class Fn>
HWY_INLINE double sum_row(const Fn& fn, const T* x, const T* bias, int64_t cols) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  auto sum = hn::Zero(d);
  int64_t i = 0;
  for (; i + lanes <= cols; i += lanes)
    sum = hn::Add(sum, fn(d, hn::Add(hn::LoadU(d, x + i), hn::LoadU(d, bias + i))));
  HWY_ALIGN T parts[hn::MaxLanes(d)];
  hn::Store(sum, d, parts);
  double total = 0;
  for (int64_t j = 0; j < lanes; ++j) total += static_cast<double>(parts[j]);
  if (i == cols) return total;
  HWY_ALIGN T rest[hn::MaxLanes(d)] = {};
  for (int64_t j = 0; i + j < cols; ++j) rest[j] = x[i + j] + bias[i + j];
  hn::Store(fn(d, hn::Load(d, rest)), d, parts);
  for (int64_t j = 0; i + j < cols; ++j) total += static_cast<double>(parts[j]);
  return total;
}

template <class T>
HWY_NOINLINE double row_rise(T from, T step, const T* x, const T* bias, int64_t cols) {
  const hn::ScalableTag<T> d;
  if (from == 0 && step == 1)
    return sum_row([](auto tag, auto z) HWY_ATTR { return whole_rise(tag, z); }, x, bias, cols);
  const auto f = hn::Set(d, from), by = hn::Set(d, step);
  return sum_row([=](auto tag, auto z) HWY_ATTR { return rise(tag, z, f, by); }, x, bias, cols);
}

auto row_rise_by_type() { return ByType{&row_rise<float>, &row_rise<double>}; }

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(row_rise_by_type);

constexpr int64_t kGrain = 2048;  // numbers that are worth a second thread

}  // namespace

template <class T>
void softplus_rise(double from, double to, const T* x, const T* bias, double* y, int64_t rows, int64_t cols) {
  const T low = static_cast<T>(from), step = static_cast<T>(to - from);
  const auto row_rise = HWY_DYNAMIC_DISPATCH(row_rise_by_type)();
  parallel_for(rows, std::max<int64_t>(1, kGrain / std::max<int64_t>(1, cols)), 1,
               [=](int64_t begin, int64_t end) {
                 for (int64_t row = begin; row < end; ++row) {
                   y[row] += row_rise(low, step, x + row * cols, bias, cols);
                 }
               });
}
template void softplus_rise(double, double, const float*, const float*, double*, int64_t, int64_t);
template void softplus_rise(double, double, const double*, const double*, double*, int64_t, int64_t);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
