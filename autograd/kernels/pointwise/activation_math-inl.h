// Activations and their derivatives of every order as vector functors f(d, x). Included once per instruction
// set. An order kN of -1 means that the run-time member n is the order.
#if defined(GRADZOO_ACTIVATION_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GRADZOO_ACTIVATION_MATH_INL_H_
#undef GRADZOO_ACTIVATION_MATH_INL_H_
#else
#define GRADZOO_ACTIVATION_MATH_INL_H_
#endif

#include <hwy/highway.h>

#include "autograd/kernels/pointwise/activation_tables.h"
#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/kernels/pointwise/lanes-inl.h"
#include "autograd/kernels/pointwise/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {

/// p = sigmoid(x), q = 1 - p = sigmoid(-x), both to full relative accuracy.
template <class V>
struct Logistic {
  V x, p, q;
};

template <class D, class V>
HWY_INLINE Logistic<V> logistic(D d, V x) {
  const V e = exp(d, hn::Neg(hn::Abs(x)));
  const V large = hn::Div(constant(d, 1), hn::Add(constant(d, 1), e));
  const V small = hn::Mul(e, large);
  const auto positive = hn::Ge(x, hn::Zero(d));
  return {x, hn::IfThenElse(positive, large, small), hn::IfThenElse(positive, small, large)};
}

/// q - p = -tanh(x / 2), to full relative accuracy: (e^-|x| - 1) / (1 + e^-|x|) with a sign.
template <class D, class V>
HWY_INLINE V difference(D d, const Logistic<V>& s) {
  const V size = hn::Mul(hn::Expm1(d, hn::Neg(hn::Abs(s.x))), hn::Max(s.p, s.q));
  return hn::CopySign(size, hn::Neg(s.x));
}

/// sigmoid(-|x|) = e / (1 + e), e = e^-|x|, as `value` and what its rounding lost.
template <class V>
struct SmallLogistic {
  V value, rest;
};

template <class D, class V>
HWY_INLINE SmallLogistic<V> small_logistic(D d, V x) {
  const V one = constant(d, 1);
  const V e = exp(d, hn::Neg(hn::Abs(x)));
  const V u = hn::Add(one, e);
  const V lost = hn::Sub(e, hn::Sub(u, one));  // u + lost = 1 + e
  const V ratio = hn::Div(e, u);
  const V error = hn::NegMulAdd(ratio, lost, minus_product(d, e, ratio, u));
  return {ratio, hn::Mul(error, hn::Sub(one, ratio))};  // 1 / (1 + e) = 1 - ratio
}

template <class D, class V>
HWY_INLINE V sigmoid(D d, V x) {
  const auto [value, rest] = small_logistic(d, x);
  const V small = hn::Add(value, rest);
  return hn::IfThenElse(hn::Ge(x, hn::Zero(d)), hn::Sub(constant(d, 1), small), small);
}

/// x sigmoid(x) = max(x,0) - |x| sigmoid(-|x|)
template <class D, class V>
HWY_INLINE V silu(D d, V x) {
  const auto [value, rest] = small_logistic(d, x);
  const V size = hn::Min(hn::Abs(x), constant(d, 1000));  // infinity times 0 is NaN
  return hn::Sub(hn::Max(x, hn::Zero(d)), hn::MulAdd(size, value, hn::Mul(size, rest)));
}

/// sigmoid^(n) = p q sum_k c(n,k) p^k q^(n-1-k), for even n with q - p taken out; n = 0 is p.
template <class D, class V>
HWY_INLINE V sigmoid_derivative(D d, int n, const Logistic<V>& s) {
  if (n == 0) return s.p;
  const double* row = kSignedEulerian.row[n];
  V sum = constant(d, row[0]);
  V power = s.p;
  for (int k = 1; k < n - (n % 2 == 0); ++k) {
    sum = hn::MulAdd(constant(d, row[k]), power, hn::Mul(sum, s.q));
    power = hn::Mul(power, s.p);
  }
  if (n % 2 == 0) sum = hn::Mul(sum, difference(d, s));
  return hn::Mul(hn::Mul(s.p, s.q), sum);
}

/// Clamps x to the range beyond which e^-|x| is 0, so that x e^-|x| is 0 at infinity too, not NaN. A NaN
/// stays in the exponential.
template <class D, class V>
HWY_INLINE V within_exponential(D d, V x) {
  return hn::Min(hn::Max(x, constant(d, -1000)), constant(d, 1000));
}

/// y where x is a number, NaN where x is NaN.
template <class V>
HWY_INLINE V unless_nan(V x, V y) {
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

template <Activation kF, int kN>
struct ActivationFn {
  int n = kN;
  double alpha = 0;

  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    const int order = kN >= 0 ? kN : n;
    if constexpr (kF == Activation::sigmoid) {
      return order == 0 ? sigmoid(d, x) : sigmoid_derivative(d, order, logistic(d, x));
    }
    if constexpr (kF == Activation::tanh) return tanh_derivative(d, order, x);
    if constexpr (kF == Activation::softplus) return softplus_derivative(d, order, x);
    if constexpr (kF == Activation::log_sigmoid) {
      // -(-1)^n softplus^(n)(-x)
      const V y = softplus_derivative(d, order, hn::Neg(x));
      return order % 2 == 0 ? hn::Neg(y) : y;
    }
    if constexpr (kF == Activation::silu) return silu_derivative(d, order, x);
    if constexpr (kF == Activation::relu) return leaky(d, order, x, hn::Zero(d));
    if constexpr (kF == Activation::leaky_relu) return leaky(d, order, x, constant(d, alpha));
    if constexpr (kF == Activation::elu) return elu_derivative(d, order, x);
  }

 private:
  /// tanh^(n)(x) = 2^(n+1) sigmoid^(n)(2x) for n >= 1.
  template <class D, class V>
  HWY_INLINE V tanh_derivative(D d, int order, V x) const {
    if (order == 0) return tanh(d, x);
    const V factor = constant(d, static_cast<double>(int64_t{2} << order));
    return hn::Mul(factor, sigmoid_derivative(d, order, logistic(d, hn::Add(x, x))));
  }

  /// softplus = max(x,0) + log1p(e^-|x|); softplus^(n) = sigmoid^(n-1).
  template <class D, class V>
  HWY_INLINE V softplus_derivative(D d, int order, V x) const {
    if (order > 0) return sigmoid_derivative(d, order - 1, logistic(d, x));
    const V tail = log1p_finite(d, hn::Exp(d, hn::Neg(hn::Abs(x))));
    return unless_nan(x, hn::Add(hn::Max(x, hn::Zero(d)), tail));
  }

  /// silu = x p; silu^(n) = x p^(n) + n p^(n-1).
  template <class D, class V>
  HWY_INLINE V silu_derivative(D d, int order, V x) const {
    if (order == 0) return silu(d, x);
    const auto s = logistic(d, x);
    const V below = hn::Mul(constant(d, order), sigmoid_derivative(d, order - 1, s));
    return hn::MulAdd(within_exponential(d, x), sigmoid_derivative(d, order, s), below);
  }

  /// x for x > 0, else slope x; a slope of 0 keeps -inf from becoming NaN.
  template <class D, class V>
  HWY_INLINE V leaky(D d, int order, V x, V slope) const {
    if (order >= 2) return hn::Zero(d);
    const auto positive = hn::Gt(x, hn::Zero(d));
    if (order == 1) return unless_nan(x, hn::IfThenElse(positive, constant(d, 1), slope));
    const V below = hn::IfThenZeroElse(hn::Eq(slope, hn::Zero(d)), hn::Mul(slope, x));
    return unless_nan(x, hn::IfThenElse(positive, x, below));
  }

  /// x for x > 0, else alpha (e^x - 1).
  template <class D, class V>
  HWY_INLINE V elu_derivative(D d, int order, V x) const {
    const auto positive = hn::Gt(x, hn::Zero(d));
    const V a = constant(d, alpha);
    if (order == 0) return hn::IfThenElse(positive, x, hn::Mul(a, expm1(d, x)));
    const V above = order == 1 ? constant(d, 1) : hn::Zero(d);
    return hn::IfThenElse(positive, above, hn::Mul(a, exp(d, x)));
  }
};

/// Calls fn.operator()<f>() for the activations of this file: all except gelu and erf (activation_gauss.cpp).
template <class Fn>
HWY_INLINE void with_activation(Activation f, const Fn& fn) {
  with_function<Activation::silu>(f, fn);
}

}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // GRADZOO_ACTIVATION_MATH_INL_H_
