#pragma once

#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/ops/cases.h"

namespace gradzoo::ops {

/// Binary cross-entropy of logits l and targets t, elementwise; limits at infinite l and t = 0 or 1.
struct BceWithLogits {
  static constexpr const char* name = "binary_cross_entropy_with_logits";
  static constexpr const char* formula =
      "y = softplus(l) - l t;  dl = g ((1 - t) sigmoid(l) - t sigmoid(-l));  dt = -g l";
  static constexpr Kind kind = Kind::elementwise;
  static constexpr std::array<unsigned, 2> saves = {reads_in(0) | reads_in(1), reads_in(0)};
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const {
    if (v.needs(0)) {  // sigmoid(l) - t would lose digits
      const Tensor &l = v.in(0), &t = v.in(1);
      const Tensor p = sigmoid(l), q = sigmoid(neg(l)), up = mul(p, add(neg(t), 1.0)), down = mul(t, q);
      v.give(0, mul(g, sub(up, down)));
    }
    if (v.needs(1)) v.give(1, neg(mul(g, v.in(0))));
  }
  void vjp_fast(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<BceWithLogits>> cases();
};

/// -log softmax(l)[label] per row: l (B, C), labels (B) -> (B).
struct CrossEntropy {
  static constexpr const char* name = "cross_entropy";
  static constexpr const char* formula =
      "y = -log p[k], p = softmax(l);  dl = g p, at k -g sum_{j != k} p[j]";
  static constexpr Kind kind = Kind::other;
  static constexpr std::array<Role, 2> roles = {Role::value, Role::index};
  static constexpr std::array<unsigned, 2> saves = {reads_in(0) | reads_in(1), kReadsNothing};
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const {
    const Tensor &l = v.in(0), is_k = one_hot(v.in(1), l.dim(1), l.dtype());
    const Tensor is_other = add(neg(is_k), 1.0), others = mul(softmax(l, 1), is_other);
    const Tensor slope = sub(others, mul(is_k, sum(others, 1, /*keepdim=*/true)));
    v.give(0, mul(unsqueeze(g, 1), slope));
  }
  static std::vector<OpCase<CrossEntropy>> cases();
};

}  // namespace gradzoo::ops
