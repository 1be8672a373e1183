// The activations built on the Gaussian: gelu (exact) and erf. Values of erf and erfc come from the C
// library, the rest is a polynomial times a Gaussian.
#include "autograd/kernels/pointwise/activation_gauss.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/threads/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/pointwise/activation_gauss.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

/// exp(-c x^2), the rounding error of x^2 included.
template <class D, class V>
HWY_INLINE V gaussian(D d, double c, V x) {
  const V square = hn::Mul(x, x);
  const V y = exp(d, hn::Mul(constant(d, -c), square));
  return hn::MulAdd(hn::Mul(y, constant(d, c)), minus_product(d, square, x, x), y);
}

/// Neighbouring Hermite polynomials by H_(k+1) = a x H_k - a k H_(k-1): a = 1 the probabilists' He, a = 2 the
/// physicists' H. Gives {H_k, H_(k-1)}, with H_(-1) = 0.
template <class D, class V>
HWY_INLINE void hermite(D d, double a, int k, V x, V* current, V* previous) {
  *current = constant(d, 1);
  *previous = hn::Zero(d);
  for (int j = 0; j < k; ++j) {
    const V next = hn::Mul(constant(d, a), hn::MulSub(x, *current, hn::Mul(constant(d, j), *previous)));
    *previous = *current;
    *current = next;
  }
}

/// x where the Gaussian is not yet 0, else the border: polynomial times Gaussian is 0 at infinity, not NaN.
template <class D, class V>
HWY_INLINE V within_gaussian(D d, V x) {
  const V border = constant(d, 60);
  return hn::IfThenElse(hn::IsNaN(x), x, hn::Min(hn::Max(x, hn::Neg(border)), border));
}

/// erf^(n) = 2/sqrt(pi) (-1)^(n-1) H_(n-1)(x) exp(-x^2), n >= 1.
struct ErfDerivative {
  int n;
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    const V inside = within_gaussian(d, x);
    V polynomial, below;
    hermite(d, 2, n - 1, inside, &polynomial, &below);
    const double factor = (n % 2 == 1 ? 1 : -1) * 1.1283791670955126;
    return hn::Mul(hn::Mul(constant(d, factor), gaussian(d, 1.0, inside)), polynomial);
  }
};

/// gelu^(n) = x Phi^(n) + n Phi^(n-1) = (-1)^n phi(x) (n He_(n-2)(x) - x He_(n-1)(x)), n >= 2;
/// phi(x) = exp(-x^2/2) / sqrt(2 pi).
struct GeluDerivative {
  int n;
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    const V inside = within_gaussian(d, x);
    V high, low;
    hermite(d, 1, n - 1, inside, &high, &low);
    const V polynomial = hn::MulSub(constant(d, n), low, hn::Mul(inside, high));
    const double factor = (n % 2 == 0 ? 1 : -1) * 0.3989422804014327;
    return hn::Mul(hn::Mul(constant(d, factor), gaussian(d, 0.5, inside)), polynomial);
  }
};

/// e^(z^2) erfc(z) for z >= 0, within 2e-9: t Q(s) with t = 1/(1 + z/2) and s = t brought from [0.15, 1],
/// where f32 does not underflow, to [-1, 1]. Q interpolates at Chebyshev's nodes.
template <class D, class V>
HWY_INLINE V scaled_erfc(D d, V z) {
  constexpr double kQ[] = {-2.5356124145522094e-06, 6.6715389645347995e-06, 1.3355026273605597e-05,
                           -7.927172571816265e-05,  1.1346594764205513e-05, 0.0006702483073048882,
                           -0.0007604754618824039,  -0.006590641800783874,  0.006847094352621653,
                           0.10576426568425407,     0.32859165433319204,    0.5655282887176726};
  const V t = hn::Div(constant(d, 1), hn::MulAdd(z, constant(d, 0.5), constant(d, 1)));
  const V s = hn::Mul(hn::Sub(t, constant(d, 0.575)), constant(d, 1 / 0.425));
  V q = constant(d, kQ[0]);
  for (size_t k = 1; k < std::size(kQ); ++k) q = hn::MulAdd(q, s, constant(d, kQ[k]));
  return hn::Mul(q, t);
}

/// erf of doubles to f32 accuracy: its series 2/sqrt(pi) sum (-1)^k x^(2k+1) / (k! (2k+1)) near 0, else 1 -
/// erfc.
struct Erf {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    constexpr double kSeries[] = {1.0 / 685440, -1.0 / 75600, 1.0 / 9360, -1.0 / 1320, 1.0 / 216,
                                  -1.0 / 42,    1.0 / 10,     -1.0 / 3,   1.0};
    const V square = hn::Mul(x, x);
    V near = constant(d, kSeries[0]);
    for (size_t k = 1; k < std::size(kSeries); ++k) near = hn::MulAdd(near, square, constant(d, kSeries[k]));
    near = hn::Mul(hn::Mul(x, constant(d, 1.1283791670955126)), near);
    const V size = hn::Abs(within_gaussian(d, x));
    const V far = hn::NegMulAdd(scaled_erfc(d, size), gaussian(d, 1.0, size), constant(d, 1));
    return hn::IfThenElse(hn::Lt(hn::Abs(x), constant(d, 0.5)), near, hn::CopySign(far, x));
  }
};

/// gelu(x) = x Phi(x) or gelu'(x) = Phi(x) + x phi(x), of doubles to f32 accuracy.
struct Gelu {
  bool derivative;
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    const V inside = within_gaussian(d, x);
    const V bell = gaussian(d, 0.5, inside);
    const V size = hn::Mul(hn::Abs(inside), constant(d, 0.7071067811865476));
    const V tail = hn::Mul(hn::Mul(constant(d, 0.5), bell), scaled_erfc(d, size));
    const auto positive = hn::Gt(x, hn::Zero(d));
    const V integral = hn::IfThenElse(positive, hn::Sub(constant(d, 1), tail), tail);
    if (derivative) return hn::MulAdd(hn::Mul(constant(d, 0.3989422804014327), bell), inside, integral);
    return hn::Mul(hn::IfThenElse(positive, x, inside), integral);
  }
};

/// `f` of floats by way of doubles.
template <class F>
struct Wide {
  F f;
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return through_double(d, x, f);
  }
};

void erf_value_f32(const float* x, float* y, int64_t count) { map(Wide<Erf>{Erf()}, x, y, count); }
void gelu_value_f32(bool derivative, const float* x, float* y, int64_t count) {
  map(Wide<Gelu>{Gelu{derivative}}, x, y, count);
}
void erf_f32(int n, const float* x, float* y, int64_t count) { map(ErfDerivative{n}, x, y, count); }
void erf_f64(int n, const double* x, double* y, int64_t count) { map(ErfDerivative{n}, x, y, count); }
void gelu_f32(int n, const float* x, float* y, int64_t count) { map(GeluDerivative{n}, x, y, count); }
void gelu_f64(int n, const double* x, double* y, int64_t count) { map(GeluDerivative{n}, x, y, count); }

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(erf_value_f32);
HWY_EXPORT(gelu_value_f32);
HWY_EXPORT(erf_f32);
HWY_EXPORT(erf_f64);
HWY_EXPORT(gelu_f32);
HWY_EXPORT(gelu_f64);

/// gelu(x) = x Phi(x), or where `derivative` gelu'(x) = Phi(x) + x phi(x).
double gelu(bool derivative, double x) {
  constexpr double kReach = 60;  // Phi(-kReach) is 0
  if (x > kReach) return derivative ? 1 : x;
  if (x < -kReach) return 0;
  // erfc multiplies the relative error of what it is given by x^2.
  const long double wide = x, phi_integral = 0.5L * std::erfc(-wide * 0.70710678118654752440L);
  if (!derivative) return static_cast<double>(wide * phi_integral);
  return static_cast<double>(phi_integral + wide * 0.39894228040143267794L * std::exp(-0.5L * wide * wide));
}

void gauss_range(Activation f, int n, const float* x, float* y, int64_t count) {
  if (f == Activation::erf) {
    if (n == 0) return HWY_DYNAMIC_DISPATCH(erf_value_f32)(x, y, count);
    return HWY_DYNAMIC_DISPATCH(erf_f32)(n, x, y, count);
  }
  if (n <= 1) return HWY_DYNAMIC_DISPATCH(gelu_value_f32)(n == 1, x, y, count);
  HWY_DYNAMIC_DISPATCH(gelu_f32)(n, x, y, count);
}

void gauss_range(Activation f, int n, const double* x, double* y, int64_t count) {
  if (f == Activation::erf && n == 0) {
    for (int64_t i = 0; i < count; ++i) y[i] = std::erf(x[i]);
  } else if (f == Activation::gelu && n <= 1) {
    for (int64_t i = 0; i < count; ++i) y[i] = gelu(n == 1, x[i]);
  } else if (f == Activation::erf) {
    HWY_DYNAMIC_DISPATCH(erf_f64)(n, x, y, count);
  } else {
    HWY_DYNAMIC_DISPATCH(gelu_f64)(n, x, y, count);
  }
}

}  // namespace

template <class T>
void gauss_activation(Activation f, int n, const T* g, const T* x, T* y, int64_t count) {
  parallel_for(count, 2048, 64, [=](int64_t begin, int64_t end) {
    constexpr int64_t kChunk = 256;
    T value[kChunk];  // y may alias g
    for (int64_t at = begin; at < end; at += kChunk) {
      const int64_t size = std::min(kChunk, end - at);
      gauss_range(f, n, x + at, value, size);
      for (int64_t i = 0; i < size; ++i) y[at + i] = g == nullptr ? value[i] : g[at + i] * value[i];
    }
  });
}
template void gauss_activation(Activation, int, const float*, const float*, float*, int64_t);
template void gauss_activation(Activation, int, const double*, const double*, double*, int64_t);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
