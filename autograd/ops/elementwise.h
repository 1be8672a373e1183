#pragma once

#include "autograd/kernels/elementwise.h"
#include "autograd/op.h"
#include "autograd/op_cases.h"
#include "autograd/ops.h"

namespace gradzoo::ops {

/// How two contiguous operands lie under their broadcast shape.
kernels::Broadcast broadcast_layout(const Shape& a, const Shape& b, const Shape& out);

/// out = a (f) b
void forward_binary(kernels::Binary f, Inputs in, Tensor& out);

struct Add {
  static constexpr const char* name = "add";
  static constexpr const char* formula = "y = a + b;  da = g;  db = g";
  static constexpr int arity = 2;
  static constexpr Kind kind = Kind::linear;
  static constexpr int smoothness = kSmooth;
  static constexpr std::array<unsigned, 2> saves = {kReadsNothing, kReadsNothing};
  Shape shape(Inputs in) const { return broadcast_shapes(in[0].shape(), in[1].shape(), name); }
  void forward(Inputs in, Tensor& out) const { forward_binary(kernels::Binary::add, in, out); }
  void vjp(Vjp& v, const Tensor& g) const {
    if (v.needs(0)) v.give(0, g);
    if (v.needs(1)) v.give(1, g);
  }
  static std::vector<OpCase<Add>> cases() { return binary_cases<Add>({}, {}); }
};

struct Mul {
  static constexpr const char* name = "mul";
  static constexpr const char* formula = "y = a b;  da = g b;  db = g a";
  static constexpr int arity = 2;
  static constexpr Kind kind = Kind::bilinear;
  static constexpr int smoothness = kSmooth;
  static constexpr std::array<unsigned, 2> saves = {reads_in(1), reads_in(0)};
  Shape shape(Inputs in) const { return broadcast_shapes(in[0].shape(), in[1].shape(), name); }
  void forward(Inputs in, Tensor& out) const { forward_binary(kernels::Binary::mul, in, out); }
  void vjp(Vjp& v, const Tensor& g) const {
    if (v.needs(0)) v.give(0, mul(g, v.in(1)));
    if (v.needs(1)) v.give(1, mul(g, v.in(0)));
  }
  static std::vector<OpCase<Mul>> cases() { return binary_cases<Mul>({}, {}); }
};

}  // namespace gradzoo::ops
