#pragma once

#include <cmath>
#include <numbers>

#include <fmt/core.h>

#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/kernels/pointwise/special.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/ops/cases.h"

/// Elementwise mathematics of one operand.
namespace gradzoo::ops {

/// out = f(x)
void forward_unary(Unary f, Inputs in, Tensor& out);

/// out = f(x), one element at a time in double, for functions without a vector kernel.
template <class F>
void forward_each(F f, Inputs in, Tensor& out) {
  visit_floating(out.dtype(), [&]<class T>() {
    kernels::special::each(f, in[0].data<T>(), out.mutable_data<T>(), out.size());
  });
}

/// The common part of smooth elementwise ops of one operand. An op adds its name, formula, forward and vjp.
template <unsigned reads>
struct ElementwiseOp {
  static constexpr Kind kind = Kind::elementwise;
  static constexpr std::array<unsigned, 1> saves = {reads};
  Shape shape(Inputs in) const { return in[0].shape(); }
};

/// An elementwise op whose forward is a kernel.
template <Unary f, unsigned reads>
struct UnaryOp : ElementwiseOp<reads> {
  void forward(Inputs in, Tensor& out) const { forward_unary(f, in, out); }
};

/// An elementwise op whose forward calls a function of the C library for one element at a time.
template <double (*f)(double), unsigned reads>
struct LibraryOp : ElementwiseOp<reads> {
  void forward(Inputs in, Tensor& out) const {
    forward_each([](double x) { return f(x); }, in, out);
  }
};

struct Neg : UnaryOp<Unary::neg, kReadsNothing> {
  static constexpr const char* name = "neg";
  static constexpr const char* formula = "y = -x;  dx = -g";
  static constexpr Kind kind = Kind::linear;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, neg(g)); }
  static std::vector<OpCase<Neg>> cases() { return unary_cases<Neg>({}); }
};

struct Abs : UnaryOp<Unary::abs, reads_in(0)> {
  static constexpr const char* name = "abs";
  static constexpr const char* formula = "y = |x|;  dx = g sign(x)";
  static constexpr int smoothness = 0;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, sign(v.in(0)))); }
  static std::vector<OpCase<Abs>> cases() { return unary_cases<Abs>({.avoid = 0.0}); }
};

struct Exp : UnaryOp<Unary::exp, kReadsOut> {
  static constexpr const char* name = "exp";
  static constexpr const char* formula = "y = e^x;  dx = g y";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, v.out())); }
  static std::vector<OpCase<Exp>> cases() { return unary_cases<Exp>({}); }
};

struct Expm1 : UnaryOp<Unary::expm1, reads_in(0)> {
  static constexpr const char* name = "expm1";
  static constexpr const char* formula = "y = e^x - 1;  dx = g e^x";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, exp(v.in(0)))); }
  static std::vector<OpCase<Expm1>> cases() { return unary_cases<Expm1>({}); }
};

struct Expm1x : UnaryOp<Unary::expm1x, reads_in(0)> {
  static constexpr const char* name = "expm1x";
  static constexpr const char* formula = "y = e^x - 1 - x;  dx = g (e^x - 1)";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, expm1(v.in(0)))); }
  static std::vector<OpCase<Expm1x>> cases() { return unary_cases<Expm1x>({}); }
};

struct Log : UnaryOp<Unary::log, reads_in(0)> {
  static constexpr const char* name = "log";
  static constexpr const char* formula = "y = log x;  dx = g / x";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, div(g, v.in(0))); }
  static std::vector<OpCase<Log>> cases() { return unary_cases<Log>({.low = 0.5}); }
};

struct Log1p : UnaryOp<Unary::log1p, reads_in(0)> {
  static constexpr const char* name = "log1p";
  static constexpr const char* formula = "y = log(1 + x);  dx = g / (1 + x)";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, div(g, add(v.in(0), 1.0))); }
  static std::vector<OpCase<Log1p>> cases() { return unary_cases<Log1p>({.low = -0.5}); }
};

struct Exp2 : LibraryOp<std::exp2, kReadsOut> {
  static constexpr const char* name = "exp2";
  static constexpr const char* formula = "y = 2^x;  dx = g y log 2";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(mul(g, v.out()), std::numbers::ln2)); }
  static std::vector<OpCase<Exp2>> cases() { return unary_cases<Exp2>({}); }
};

struct Log2 : LibraryOp<std::log2, reads_in(0)> {
  static constexpr const char* name = "log2";
  static constexpr const char* formula = "y = log x / log 2;  dx = g / (x log 2)";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, div(mul(g, std::numbers::log2e), v.in(0))); }
  static std::vector<OpCase<Log2>> cases() { return unary_cases<Log2>({.low = 0.5}); }
};

struct Log10 : LibraryOp<std::log10, reads_in(0)> {
  static constexpr const char* name = "log10";
  static constexpr const char* formula = "y = log x / log 10;  dx = g / (x log 10)";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, div(mul(g, std::numbers::log10e), v.in(0))); }
  static std::vector<OpCase<Log10>> cases() { return unary_cases<Log10>({.low = 0.5}); }
};

struct Sqrt : UnaryOp<Unary::sqrt, kReadsOut> {
  static constexpr const char* name = "sqrt";
  static constexpr const char* formula = "y = sqrt(x);  dx = g / (2 y)";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, div(g, mul(v.out(), 2.0))); }
  static std::vector<OpCase<Sqrt>> cases() { return unary_cases<Sqrt>({.low = 0.5}); }
};

struct Rsqrt : UnaryOp<Unary::rsqrt, kReadsOut> {
  static constexpr const char* name = "rsqrt";
  static constexpr const char* formula = "y = 1 / sqrt(x);  dx = -g/2 y^3";
  void vjp(Vjp& v, const Tensor& g) const {  // y^3 itself may leave the range
    v.give(0, mul(mul(mul(mul(g, -0.5), v.out()), v.out()), v.out()));
  }
  static std::vector<OpCase<Rsqrt>> cases() { return unary_cases<Rsqrt>({.low = 0.5}); }
};

struct Reciprocal : UnaryOp<Unary::reciprocal, kReadsOut> {
  static constexpr const char* name = "reciprocal";
  static constexpr const char* formula = "y = 1 / x;  dx = -g y^2";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, neg(mul(mul(g, v.out()), v.out()))); }
  static std::vector<OpCase<Reciprocal>> cases() {
    return unary_cases<Reciprocal>({.avoid = 0.0, .margin = 0.5});
  }
};

struct Square : UnaryOp<Unary::square, reads_in(0)> {
  static constexpr const char* name = "square";
  static constexpr const char* formula = "y = x^2;  dx = 2 g x";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(mul(g, 2.0), v.in(0))); }
  static std::vector<OpCase<Square>> cases() { return unary_cases<Square>({}); }
};

struct Sin : UnaryOp<Unary::sin, reads_in(0)> {
  static constexpr const char* name = "sin";
  static constexpr const char* formula = "y = sin x;  dx = g cos x";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, cos(v.in(0)))); }
  static std::vector<OpCase<Sin>> cases() { return unary_cases<Sin>({}); }
};

struct Cos : UnaryOp<Unary::cos, reads_in(0)> {
  static constexpr const char* name = "cos";
  static constexpr const char* formula = "y = cos x;  dx = -g sin x";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, neg(mul(g, sin(v.in(0))))); }
  static std::vector<OpCase<Cos>> cases() { return unary_cases<Cos>({}); }
};

/// Clamps to [low, high]; the gradient passes at the bounds.
struct Clamp {
  double low, high;
  static constexpr const char* name = "clamp";
  static constexpr const char* formula = "y = min(max(x, low), high);  dx = g [y = x]";
  static constexpr Kind kind = Kind::elementwise;
  static constexpr int smoothness = 0;
  static constexpr std::array<unsigned, 1> saves = {reads_in(0) | kReadsOut};
  std::string attributes() const { return fmt::format("{:.6g}, {:.6g}", low, high); }
  Shape shape(Inputs in) const { return in[0].shape(); }
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<Clamp>> cases();
};

}  // namespace gradzoo::ops
