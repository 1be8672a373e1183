#pragma once

#include "autograd/ops/quadratic_power.h"

/// Hyperbolic functions and their inverses; tanh is an activation (activations.h).
namespace gradzoo::ops {

struct Sinh : ElementwiseOp<reads_in(0)> {
  static constexpr const char* name = "sinh";
  static constexpr const char* formula = "y = sinh x;  dx = g cosh x";
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, cosh(v.in(0)))); }
  static std::vector<OpCase<Sinh>> cases() { return unary_cases<Sinh>({}); }
};

struct Cosh : ElementwiseOp<reads_in(0)> {
  static constexpr const char* name = "cosh";
  static constexpr const char* formula = "y = cosh x;  dx = g sinh x";
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, sinh(v.in(0)))); }
  static std::vector<OpCase<Cosh>> cases() { return unary_cases<Cosh>({}); }
};

struct Asinh : ElementwiseOp<reads_in(0)> {
  static constexpr const char* name = "asinh";
  static constexpr const char* formula = "y = asinh x;  dx = g / sqrt(1 + x^2)";
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul_power(g, v.in(0), Quadratic::one_plus, -1)); }
  static std::vector<OpCase<Asinh>> cases() { return unary_cases<Asinh>({}); }
};

struct Acosh : ElementwiseOp<reads_in(0)> {
  static constexpr const char* name = "acosh";
  static constexpr const char* formula = "y = acosh x;  dx = g / sqrt(x^2 - 1)";
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul_power(g, v.in(0), Quadratic::minus_one, -1)); }
  static std::vector<OpCase<Acosh>> cases() { return unary_cases<Acosh>({.low = 1.5, .high = 3.0}); }
};

struct Atanh : ElementwiseOp<reads_in(0)> {
  static constexpr const char* name = "atanh";
  static constexpr const char* formula = "y = atanh x;  dx = g / (1 - x^2)";
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul_power(g, v.in(0), Quadratic::one_minus, -2)); }
  static std::vector<OpCase<Atanh>> cases() { return unary_cases<Atanh>({.low = -0.75, .high = 0.75}); }
};

}  // namespace gradzoo::ops
