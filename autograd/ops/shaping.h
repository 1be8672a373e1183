#pragma once

#include "autograd/op.h"
#include "autograd/op_cases.h"
#include "autograd/ops.h"
#include "autograd/ops/axis.h"

/// Ops that move values and compute nothing. Axes are counted from the end.
namespace gradzoo::ops {

/// The same storage under another shape of equal size.
struct Reshape {
  static constexpr const char* name = "reshape";
  static constexpr const char* formula = "y = x in another shape;  dx = g in x's shape";
  static constexpr int arity = 1;
  static constexpr Kind kind = Kind::linear;
  static constexpr int smoothness = kSmooth;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  Shape target;
  Reshape lifted(int64_t k) const { return {target.insert(0, k)}; }
  Shape shape(Inputs) const { return target; }
  Tensor alias(Inputs in) const { return in[0].view(target); }
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, reshape(g, v.shape(0))); }
  static std::vector<OpCase<Reshape>> cases();
};

/// Repeats the axes where the operand, of `target`'s rank, has size 1.
struct BroadcastTo {
  static constexpr const char* name = "broadcast_to";
  static constexpr const char* formula = "y = x repeated along the axes of size 1;  dx = g summed over them";
  static constexpr int arity = 1;
  static constexpr Kind kind = Kind::linear;
  static constexpr int smoothness = kSmooth;
  static constexpr std::array<unsigned, 1> saves = {kReadsNothing};
  Shape target;
  BroadcastTo lifted(int64_t k) const { return {target.insert(0, k)}; }
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const { v.give(0, sum_to(g, v.shape(0))); }
  static std::vector<OpCase<BroadcastTo>> cases();
};

}  // namespace gradzoo::ops
