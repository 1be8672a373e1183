#pragma once

#include "autograd/ops/activations.h"
#include "autograd/ops/math.h"

/// Special functions: lgamma -> digamma -> polygamma(n), closed under differentiation. erfc has erf's slopes.
namespace gradzoo::ops {

/// Returns cases on the positive axis, and with `negative` also between the poles -2, -1 and 0.
template <class Op>
std::vector<OpCase<Op>> between_poles(Op op, bool negative) {
  std::vector<OpCase<Op>> cases = unary_cases<Op>({.low = 0.5, .high = 4.0}, op);
  if (!negative) return cases;
  cases.push_back({op, {{.shape = {4}, .low = -0.75, .high = -0.25}}});
  cases.push_back({op, {{.shape = {4}, .low = -1.75, .high = -1.25}}});
  return cases;
}

struct Lgamma : ElementwiseOp<reads_in(0)> {
  static constexpr const char* name = "lgamma";
  static constexpr const char* formula = "y = log |Gamma(x)|;  dx = g digamma(x)";
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, digamma(v.in(0)))); }
  static std::vector<OpCase<Lgamma>> cases() { return between_poles<Lgamma>({}, true); }
};

struct Digamma : ElementwiseOp<reads_in(0)> {
  static constexpr const char* name = "digamma";
  static constexpr const char* formula = "y = lgamma'(x);  dx = g polygamma(1, x)";
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, polygamma(1, v.in(0)))); }
  static std::vector<OpCase<Digamma>> cases() { return between_poles<Digamma>({}, true); }
};

/// The n-th derivative of digamma, n >= 1.
struct Polygamma : ElementwiseOp<reads_in(0)> {
  int n = 1;
  static constexpr const char* name = "polygamma";
  static constexpr const char* formula = "y = digamma^(n)(x);  dx = g polygamma(n + 1, x)";
  Polygamma() = default;
  explicit Polygamma(int order) : n(order) {}
  std::string attributes() const { return fmt::format("n={}", n); }
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, polygamma(n + 1, v.in(0)))); }
  static std::vector<OpCase<Polygamma>> cases();
};

/// 1 - erf x, to full relative accuracy even if it is tiny.
struct Erfc : LibraryOp<std::erfc, reads_in(0)> {
  static constexpr const char* name = "erfc";
  static constexpr const char* formula = "y = 1 - erf x;  dx = -2 g e^(-x^2) / sqrt(pi)";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul_act(neg(g), v.in(0), {Activation::erf, 1})); }
  static std::vector<OpCase<Erfc>> cases() { return unary_cases<Erfc>({}); }
};

}  // namespace gradzoo::ops
