#pragma once

#include "autograd/ops/math.h"

/// Powers of a quadratic: the derivatives of the inverse trigonometric and hyperbolic functions. The family
/// is closed under differentiation, and each power has full relative accuracy at every argument.
namespace gradzoo::ops {

enum class Quadratic { one_plus, one_minus, minus_one };  // q = 1 + x^2, 1 - x^2, x^2 - 1

/// q^(k/2), or x q^(k/2) if `times_x`.
struct QuadraticPower : ElementwiseOp<reads_in(0)> {
  Quadratic q = Quadratic::one_plus;
  int k = -2;
  bool times_x = false;
  static constexpr const char* name = "quadratic_power";
  static constexpr const char* formula =
      "y = q^(k/2) or x q^(k/2), q = 1 + x^2, 1 - x^2 or x^2 - 1;  dx = g k/2 q' q^(k/2-1), or "
      "g (q^(k/2) + k/2 x q' q^(k/2-1))";
  QuadraticPower() = default;
  QuadraticPower(Quadratic quadratic, int power, bool with_x = false)
      : q(quadratic), k(power), times_x(with_x) {}
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<QuadraticPower>> cases();
};

/// g q^(k/2)
inline Tensor mul_power(const Tensor& g, const Tensor& x, Quadratic q, int k) {
  return mul(g, apply(QuadraticPower(q, k), x));
}

}  // namespace gradzoo::ops
