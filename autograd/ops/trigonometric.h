#pragma once

#include "autograd/ops/elementwise.h"
#include "autograd/ops/quadratic_power.h"

/// Tangent, the inverse trigonometric functions, and the hyperbolic ones with their inverses. Sine and cosine
/// have vector kernels (math.h), and tanh is an activation (activations.h).
namespace gradzoo::ops {

struct Tan : LibraryOp<std::tan, kReadsOut> {
  static constexpr const char* name = "tan";
  static constexpr const char* formula = "y = tan x;  dx = g (1 + y^2)";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, add(square(v.out()), 1.0))); }
  static std::vector<OpCase<Tan>> cases() { return unary_cases<Tan>({.low = -1.2, .high = 1.2}); }
};

struct Asin : LibraryOp<std::asin, reads_in(0)> {
  static constexpr const char* name = "asin";
  static constexpr const char* formula = "y = asin x;  dx = g / sqrt(1 - x^2)";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul_power(g, v.in(0), Quadratic::one_minus, -1)); }
  static std::vector<OpCase<Asin>> cases() { return unary_cases<Asin>({.low = -0.75, .high = 0.75}); }
};

struct Acos : LibraryOp<std::acos, reads_in(0)> {
  static constexpr const char* name = "acos";
  static constexpr const char* formula = "y = acos x;  dx = -g / sqrt(1 - x^2)";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul_power(neg(g), v.in(0), Quadratic::one_minus, -1)); }
  static std::vector<OpCase<Acos>> cases() { return unary_cases<Acos>({.low = -0.75, .high = 0.75}); }
};

struct Atan : LibraryOp<std::atan, reads_in(0)> {
  static constexpr const char* name = "atan";
  static constexpr const char* formula = "y = atan x;  dx = g / (1 + x^2)";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul_power(g, v.in(0), Quadratic::one_plus, -2)); }
  static std::vector<OpCase<Atan>> cases() { return unary_cases<Atan>({}); }
};

/// The angle of the point (x, y); the operands are in the order of C's function: y first.
struct Atan2
    : BinaryOp<Binary::atan2, Kind::elementwise, reads_in(0) | reads_in(1), reads_in(0) | reads_in(1)> {
  static constexpr const char* name = "atan2";
  static constexpr const char* formula =
      "y = angle of (b, a);  da = g b / (a^2 + b^2);  db = -g a / (a^2 + b^2)";
  Shape shape(Inputs in) const { return broadcast_shapes(in[0].shape(), in[1].shape(), name); }
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<Atan2>> cases();
};

struct Sinh : LibraryOp<std::sinh, reads_in(0)> {
  static constexpr const char* name = "sinh";
  static constexpr const char* formula = "y = sinh x;  dx = g cosh x";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, cosh(v.in(0)))); }
  static std::vector<OpCase<Sinh>> cases() { return unary_cases<Sinh>({}); }
};

struct Cosh : LibraryOp<std::cosh, reads_in(0)> {
  static constexpr const char* name = "cosh";
  static constexpr const char* formula = "y = cosh x;  dx = g sinh x";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, sinh(v.in(0)))); }
  static std::vector<OpCase<Cosh>> cases() { return unary_cases<Cosh>({}); }
};

struct Asinh : LibraryOp<std::asinh, reads_in(0)> {
  static constexpr const char* name = "asinh";
  static constexpr const char* formula = "y = asinh x;  dx = g / sqrt(1 + x^2)";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul_power(g, v.in(0), Quadratic::one_plus, -1)); }
  static std::vector<OpCase<Asinh>> cases() { return unary_cases<Asinh>({}); }
};

struct Acosh : LibraryOp<std::acosh, reads_in(0)> {
  static constexpr const char* name = "acosh";
  static constexpr const char* formula = "y = acosh x;  dx = g / sqrt(x^2 - 1)";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul_power(g, v.in(0), Quadratic::minus_one, -1)); }
  static std::vector<OpCase<Acosh>> cases() { return unary_cases<Acosh>({.low = 1.5, .high = 3.0}); }
};

struct Atanh : LibraryOp<std::atanh, reads_in(0)> {
  static constexpr const char* name = "atanh";
  static constexpr const char* formula = "y = atanh x;  dx = g / (1 - x^2)";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul_power(g, v.in(0), Quadratic::one_minus, -2)); }
  static std::vector<OpCase<Atanh>> cases() { return unary_cases<Atanh>({.low = -0.75, .high = 0.75}); }
};

}  // namespace gradzoo::ops
