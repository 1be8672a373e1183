#pragma once

#include "autograd/ops/axis.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/ops/cases.h"

/// Ops that move values and compute nothing. Axes are counted from the end.
namespace gradzoo::ops {

/// The distances in elements between neighbours along each axis.
using Strides = std::array<int64_t, kMaxRank>;
Strides contiguous_strides(const Shape& shape);

/// Calls apply() for ops that only move values. It accepts i64 and u8 values too, which are never recorded.
template <class Op, std::same_as<Tensor>... Rest>
Tensor apply_move(const Op& op, const Tensor& first, const Rest&... rest) {
  if (!first.defined() || is_floating(first.dtype())) return apply(op, first, rest...);
  const Tensor* pointers[] = {&first, &rest...};
  const Inputs in(pointers, kArity<Op>);
  if constexpr (requires { op.alias(in); }) {
    return op.alias(in);
  } else {
    Tensor out = empty(op.shape(in), first.dtype());
    op.forward(in, out);
    return out;
  }
}

/// A copy: the same values in new storage.
struct Clone {
  static constexpr const char* name = "clone";
  static constexpr const char* formula = "y = x, copied;  dx = g";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  Shape shape(Inputs in) const { return in[0].shape(); }
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, g); }
  static std::vector<OpCase<Clone>> cases() { return unary_cases<Clone>({}); }
};

/// The same storage under another shape of equal size.
struct Reshape {
  static constexpr const char* name = "reshape";
  static constexpr const char* formula = "y = x in another shape;  dx = g in x's shape";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  Shape target;
  std::string attributes() const { return target.str(); }
  Reshape lifted(int64_t k) const { return {target.insert(0, k)}; }
  Shape shape(Inputs in) const;
  Tensor alias(Inputs in) const { return in[0].alias(shape(in)); }
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, reshape(g, v.shape(0))); }
  static std::vector<OpCase<Reshape>> cases();
};

/// Repeats the axes where the operand, which has `target`'s rank, has size 1.
struct BroadcastTo {
  static constexpr const char* name = "broadcast_to";
  static constexpr const char* formula = "y = x repeated along the axes of size 1;  dx = g summed over them";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  Shape target;
  std::string attributes() const { return target.str(); }
  BroadcastTo lifted(int64_t k) const { return {target.insert(0, k)}; }
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, sum_to(g, v.shape(0))); }
  static std::vector<OpCase<BroadcastTo>> cases();
};

/// Swaps two axes.
struct Transpose {
  static constexpr const char* name = "transpose";
  static constexpr const char* formula = "y = x with two axes swapped;  dx = g with the same two swapped";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  int axis_a = -2;
  int axis_b = -1;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, transpose(g, axis_a, axis_b)); }
  static std::vector<OpCase<Transpose>> cases();
};

/// Reverses one axis.
struct Flip {
  static constexpr const char* name = "flip";
  static constexpr const char* formula = "y_i = x_(n-1-i);  dx_i = g_(n-1-i)";
  static constexpr Kind kind = Kind::linear;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  int axis = -1;
  Shape shape(Inputs in) const { return in[0].shape(); }
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, flip(g, axis)); }
  static std::vector<OpCase<Flip>> cases() { return axis_cases<Flip>(); }
};

}  // namespace gradzoo::ops
