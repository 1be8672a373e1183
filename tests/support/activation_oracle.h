#pragma once

#include <array>
#include <cmath>

#include "autograd/kernels/pointwise/elementwise.h"

namespace gradzoo::test {

/// Taylor coefficients at a point in long double, c[k] = f^(k)(x) / k!: reference derivatives that do not use
/// the closed forms of the kernels.
using Taylor = std::array<long double, kernels::kMaxActivationOrder + 2>;

/// Solves s' = s (1 - s) for one coefficient after another. If x > 0, it uses s^(n)(x) = (-1)^(n+1)
/// s^(n)(-x), which keeps 1 - s exact.
inline Taylor sigmoid_taylor(long double x) {
  if (x > 0) {
    Taylor c = sigmoid_taylor(-x);
    for (size_t n = 0; n < c.size(); n += 2) c[n] = -c[n];
    c[0] = 1 / (1 + std::exp(-x));
    return c;
  }
  Taylor c{};
  c[0] = std::exp(x) / (1 + std::exp(x));
  for (size_t n = 0; n + 1 < c.size(); ++n) {
    long double sum = c[n];
    for (size_t i = 0; i <= n; ++i) sum -= c[i] * c[n - i];
    c[n + 1] = sum / static_cast<long double>(n + 1);
  }
  return c;
}

/// Returns the coefficients of y = factor exp(-a x^2), which solves y' = -2 a x y.
inline Taylor gaussian_taylor(long double factor, long double a, long double x) {
  Taylor c{};
  c[0] = factor * std::exp(-a * x * x);
  for (size_t n = 0; n + 1 < c.size(); ++n)
    c[n + 1] = -2 * a * (x * c[n] + (n > 0 ? c[n - 1] : 0)) / static_cast<long double>(n + 1);
  return c;
}

inline Taylor integral(const Taylor& f, long double value) {
  Taylor c{};
  c[0] = value;
  for (size_t n = 1; n < c.size(); ++n) c[n] = f[n - 1] / static_cast<long double>(n);
  return c;
}

/// Returns the coefficients of (x + h) f(x + h).
inline Taylor times_x(const Taylor& f, long double x) {
  Taylor c{};
  for (size_t n = 0; n < c.size(); ++n) c[n] = x * f[n] + (n > 0 ? f[n - 1] : 0);
  return c;
}

/// Returns the coefficients of f(a (x + h)) from the coefficients of f at a x.
inline Taylor stretched(Taylor c, long double a) {
  long double power = 1;
  for (long double& v : c) {
    v *= power;
    power *= a;
  }
  return c;
}

inline Taylor softplus_taylor(long double x) {
  return integral(sigmoid_taylor(x), std::fmax(x, 0.0L) + std::log1p(std::exp(-std::fabs(x))));
}

inline Taylor polynomial_taylor(long double value, long double slope) {
  Taylor c{};
  c[0] = value;
  c[1] = slope;
  return c;
}

inline Taylor activation_taylor(kernels::Activation f, long double alpha, long double x) {
  using kernels::Activation;
  constexpr long double kPi = 3.141592653589793238462643383279502884L;
  if (f == Activation::sigmoid) return sigmoid_taylor(x);
  if (f == Activation::tanh) {
    Taylor c = stretched(sigmoid_taylor(2 * x), 2);
    for (long double& v : c) v *= 2;
    c[0] = std::tanh(x);
    return c;
  }
  if (f == Activation::softplus) return softplus_taylor(x);
  if (f == Activation::log_sigmoid) {
    Taylor c = stretched(softplus_taylor(-x), -1);
    for (long double& v : c) v = -v;
    return c;
  }
  if (f == Activation::relu) return polynomial_taylor(x > 0 ? x : 0, x > 0 ? 1 : 0);
  if (f == Activation::leaky_relu) return polynomial_taylor(x > 0 ? x : alpha * x, x > 0 ? 1 : alpha);
  if (f == Activation::elu) {
    if (x > 0) return polynomial_taylor(x, 1);
    Taylor c{};
    long double term = alpha * std::exp(x);
    for (size_t n = 0; n < c.size(); ++n) {
      c[n] = term;
      term /= static_cast<long double>(n + 1);
    }
    c[0] = alpha * std::expm1(x);
    return c;
  }
  if (f == Activation::silu) return times_x(sigmoid_taylor(x), x);
  if (f == Activation::gelu) {
    const Taylor density = gaussian_taylor(1 / std::sqrt(2 * kPi), 0.5L, x);
    return times_x(integral(density, 0.5L * std::erfc(-x / std::sqrt(2.0L))), x);
  }
  return integral(gaussian_taylor(2 / std::sqrt(kPi), 1, x), std::erf(x));  // erf
}

/// Returns d^n f(x) / dx^n.
inline long double activation_truth(kernels::Activation f, int n, long double alpha, long double x) {
  return activation_taylor(f, alpha, x)[static_cast<size_t>(n)] *
         std::tgamma(static_cast<long double>(n + 1));
}

}  // namespace gradzoo::test
