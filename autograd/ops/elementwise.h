#pragma once

#include <fmt/core.h>

#include "autograd/kernels/pointwise/elementwise.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/ops/cases.h"

/// Elementwise arithmetic of two operands, which broadcast, or of an operand and a number.
namespace gradzoo::ops {

/// Returns the strides of two contiguous operands under their broadcast shape.
kernels::Broadcast broadcast_layout(const Shape& a, const Shape& b, const Shape& out);

/// out = a (f) b
void forward_binary(Binary f, Inputs in, Tensor& out);
/// out = x (f) c
void forward_scalar(Scalar f, Inputs in, double c, Tensor& out);

/// Returns a constant of x's dtype that broadcasts to any shape.
inline Tensor constant_like(const Tensor& x, double value) { return full({}, value, x.dtype()); }

/// The common part of ops of two operands. An op adds its name, formula and vjp.
template <Binary f, Kind how, unsigned reads_a, unsigned reads_b>
struct BinaryOp {
  static constexpr Kind kind = how;
  static constexpr std::array<unsigned, 2> saves = {reads_a, reads_b};
  void forward(Inputs in, Tensor& out) const { forward_binary(f, in, out); }
};

struct Add : BinaryOp<Binary::add, Kind::linear, kReadsNothing, kReadsNothing> {
  static constexpr const char* name = "add";
  static constexpr const char* formula = "y = a + b;  da = g;  db = g";
  Shape shape(Inputs in) const { return broadcast_shapes(in[0].shape(), in[1].shape(), name); }
  void vjp(Vjp& v, const Tensor& g) const {
    if (v.needs(0)) v.give(0, g);
    if (v.needs(1)) v.give(1, g);
  }
  static std::vector<OpCase<Add>> cases() { return binary_cases<Add>({}, {}); }
};

struct Sub : BinaryOp<Binary::sub, Kind::linear, kReadsNothing, kReadsNothing> {
  static constexpr const char* name = "sub";
  static constexpr const char* formula = "y = a - b;  da = g;  db = -g";
  Shape shape(Inputs in) const { return broadcast_shapes(in[0].shape(), in[1].shape(), name); }
  void vjp(Vjp& v, const Tensor& g) const {
    if (v.needs(0)) v.give(0, g);
    if (v.needs(1)) v.give(1, neg(g));
  }
  static std::vector<OpCase<Sub>> cases() { return binary_cases<Sub>({}, {}); }
};

struct Mul : BinaryOp<Binary::mul, Kind::bilinear, reads_in(1), reads_in(0)> {
  static constexpr const char* name = "mul";
  static constexpr const char* formula = "y = a b;  da = g b;  db = g a";
  Shape shape(Inputs in) const { return broadcast_shapes(in[0].shape(), in[1].shape(), name); }
  void vjp(Vjp& v, const Tensor& g) const {
    if (v.needs(0)) v.give(0, mul(g, v.in(1)));
    if (v.needs(1)) v.give(1, mul(g, v.in(0)));
  }
  static std::vector<OpCase<Mul>> cases() { return binary_cases<Mul>({}, {}); }
};

struct Div : BinaryOp<Binary::div, Kind::elementwise, reads_in(1), reads_in(1) | kReadsOut> {
  static constexpr const char* name = "div";
  static constexpr const char* formula = "y = a / b;  da = g / b;  db = -(g / b) y";
  Shape shape(Inputs in) const { return broadcast_shapes(in[0].shape(), in[1].shape(), name); }
  void vjp(Vjp& v, const Tensor& g) const {
    const Tensor da = div(g, v.in(1));
    if (v.needs(0)) v.give(0, da);
    if (v.needs(1)) v.give(1, neg(mul(da, v.out())));
  }
  static std::vector<OpCase<Div>> cases() { return binary_cases<Div>({}, {.avoid = 0.0, .margin = 0.5}); }
};

/// a^b, or its n-th derivative in a as one op: the product b a^(b-1) would be 0 times infinity at b = 0.
struct Pow : BinaryOp<Binary::pow, Kind::elementwise, reads_in(0) | reads_in(1), reads_in(0) | reads_in(1)> {
  int n = 0;
  static constexpr const char* name = "pow";
  static constexpr const char* formula =
      "y = p a^(b-n), p = b (b-1) ... (b-n+1), n = 0 for a^b;  da = g y at n+1;  db = g a^(b-n) (p' + p log "
      "a)";
  Pow() = default;
  explicit Pow(int order) : n(order) {}
  std::string attributes() const { return n == 0 ? "" : fmt::format("n={}", n); }
  Shape shape(Inputs in) const { return broadcast_shapes(in[0].shape(), in[1].shape(), name); }
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<Pow>> cases();
};

/// The larger (Maximum) or the smaller (Minimum) operand; equals share the gradient.
template <bool kIsMax>
struct Winner : BinaryOp<kIsMax ? Binary::maximum : Binary::minimum, Kind::elementwise,
                         reads_in(0) | reads_in(1), reads_in(0) | reads_in(1)> {
  static constexpr const char* name = kIsMax ? "maximum" : "minimum";
  static constexpr const char* formula = kIsMax
                                             ? "y = max(a, b);  da = g [a > b] + g/2 [a = b];  db likewise"
                                             : "y = min(a, b);  da = g [a < b] + g/2 [a = b];  db likewise";
  static constexpr int smoothness = 0;
  Shape shape(Inputs in) const { return broadcast_shapes(in[0].shape(), in[1].shape(), name); }
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<Winner>> cases() {
    return binary_cases<Winner>({.distinct = true}, {.distinct = true});
  }
};
using Maximum = Winner<true>;
using Minimum = Winner<false>;

/// The common part of ops of an operand and a number.
template <Scalar f, Kind how, unsigned reads>
struct ScalarOp {
  double c = 0.0;
  static constexpr Kind kind = how;
  static constexpr std::array<unsigned, 1> saves = {reads};
  std::string attributes() const { return fmt::format("{:.6g}", c); }
  Shape shape(Inputs in) const { return in[0].shape(); }
  void forward(Inputs in, Tensor& out) const { forward_scalar(f, in, c, out); }
};

struct AddScalar : ScalarOp<Scalar::add, Kind::elementwise, kReadsNothing> {
  static constexpr const char* name = "add_scalar";
  static constexpr const char* formula = "y = x + c;  dx = g";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, g); }
  static std::vector<OpCase<AddScalar>> cases() { return unary_cases<AddScalar>({}, {{-1.5}}); }
};

struct MulScalar : ScalarOp<Scalar::mul, Kind::linear, kReadsNothing> {
  static constexpr const char* name = "mul_scalar";
  static constexpr const char* formula = "y = c x;  dx = c g";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, mul(g, c)); }
  static std::vector<OpCase<MulScalar>> cases() { return unary_cases<MulScalar>({}, {{-1.5}}); }
};

struct DivScalar : ScalarOp<Scalar::div, Kind::linear, kReadsNothing> {
  static constexpr const char* name = "div_scalar";
  static constexpr const char* formula = "y = x / c;  dx = g / c";
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, div(g, c)); }
  static std::vector<OpCase<DivScalar>> cases() { return unary_cases<DivScalar>({}, {{-1.5}}); }
};

struct PowScalar : ScalarOp<Scalar::pow, Kind::elementwise, reads_in(0)> {
  static constexpr const char* name = "pow_scalar";
  static constexpr const char* formula = "y = x^c;  dx = g c x^(c-1)";
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<PowScalar>> cases();
};

}  // namespace gradzoo::ops
