#pragma once

#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/ops/cases.h"

namespace gradzoo::ops {

/// Elementwise on logits l and targets t of one shape; at l = +-inf and a target of 0 or 1 the limits.
struct BceWithLogits {
  static constexpr const char* name = "binary_cross_entropy_with_logits";
  static constexpr const char* formula = "y = softplus(l) - l t;  dl = g (sigmoid(l) - t);  dt = -g l";
  static constexpr Kind kind = Kind::elementwise;
  static constexpr std::array<unsigned, 2> saves = {reads_in(0) | reads_in(1), reads_in(0)};
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const {
    if (v.needs(0)) v.give(0, mul(g, sub(sigmoid(v.in(0)), v.in(1))));
    if (v.needs(1)) v.give(1, neg(mul(g, v.in(0))));
  }
  void vjp_fast(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<BceWithLogits>> cases();
};

/// -log softmax(l)[label] a row: l (B, C), labels (B) -> (B).
struct CrossEntropy {
  static constexpr const char* name = "cross_entropy";
  static constexpr const char* formula = "y = logsumexp(l) - l[k];  dl = g (softmax(l) - one_hot(k))";
  static constexpr Kind kind = Kind::other;
  static constexpr std::array<Role, 2> roles = {Role::value, Role::index};
  static constexpr std::array<unsigned, 2> saves = {reads_in(0) | reads_in(1), kReadsNothing};
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const {
    const Tensor &l = v.in(0), &k = v.in(1);
    v.give(0, mul(unsqueeze(g, 1), sub(softmax(l, 1), one_hot(k, l.dim(1), l.dtype()))));
  }
  static std::vector<OpCase<CrossEntropy>> cases();
};

}  // namespace gradzoo::ops
