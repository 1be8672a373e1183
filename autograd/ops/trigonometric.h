#pragma once

#include "autograd/ops/elementwise.h"
#include "autograd/ops/quadratic_power.h"

/// Tangent and the inverse trigonometric functions; sine and cosine have vector kernels (math.h).
namespace gradzoo::ops {

struct Tan : ElementwiseOp<kReadsOut> {
  static constexpr const char* name = "tan";
  static constexpr const char* formula = "y = tan x;  dx = g (1 + y^2)";
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, add(square(v.out()), 1.0))); }
  static std::vector<OpCase<Tan>> cases() { return unary_cases<Tan>({.low = -1.2, .high = 1.2}); }
};

struct Asin : ElementwiseOp<reads_in(0)> {
  static constexpr const char* name = "asin";
  static constexpr const char* formula = "y = asin x;  dx = g / sqrt(1 - x^2)";
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul_power(g, v.in(0), Quadratic::one_minus, -1)); }
  static std::vector<OpCase<Asin>> cases() { return unary_cases<Asin>({.low = -0.75, .high = 0.75}); }
};

struct Acos : ElementwiseOp<reads_in(0)> {
  static constexpr const char* name = "acos";
  static constexpr const char* formula = "y = acos x;  dx = -g / sqrt(1 - x^2)";
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul_power(neg(g), v.in(0), Quadratic::one_minus, -1)); }
  static std::vector<OpCase<Acos>> cases() { return unary_cases<Acos>({.low = -0.75, .high = 0.75}); }
};

struct Atan : ElementwiseOp<reads_in(0)> {
  static constexpr const char* name = "atan";
  static constexpr const char* formula = "y = atan x;  dx = g / (1 + x^2)";
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul_power(g, v.in(0), Quadratic::one_plus, -2)); }
  static std::vector<OpCase<Atan>> cases() { return unary_cases<Atan>({}); }
};

/// The angle of the point (x, y), operands in C's order: y first.
struct Atan2
    : BinaryOp<Binary::atan2, Kind::elementwise, reads_in(0) | reads_in(1), reads_in(0) | reads_in(1)> {
  static constexpr const char* name = "atan2";
  static constexpr const char* formula =
      "y = angle of (b, a);  da = g b / (a^2 + b^2);  db = -g a / (a^2 + b^2)";
  Shape shape(Inputs in) const { return broadcast_shapes(in[0].shape(), in[1].shape(), name); }
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<Atan2>> cases();
};

}  // namespace gradzoo::ops
