#pragma once

#include <array>
#include <concepts>
#include <cstdint>

#include "gradzoo/autograd/op_info.h"
#include "gradzoo/autograd/tape.h"

/// The contract that every op meets, and apply(), the only way to record. An op is one struct; its data
/// members are its attributes (trivially copyable, at most 64 bytes):
///
///     struct Mul {
///       static constexpr const char* name = "mul";
///       static constexpr const char* formula = "y = a b;  da = g b;  db = g a";  // a line for the explorer
///       static constexpr Kind kind = Kind::bilinear;
///       // What each operand's gradient reads: a's reads b, and b's reads a. One entry per operand.
///       static constexpr std::array<unsigned, 2> saves = {reads_in(1), reads_in(0)};
///       Shape shape(Inputs in) const { return broadcast_shapes(in[0].shape(), in[1].shape(), name); }
///       void forward(Inputs in, Tensor& out) const { /* a kernel; out is allocated, in that shape */ }
///       // g = dL/dy, of y's shape. Written in public differentiable ops, so every higher order follows.
///       void vjp(Vjp& v, const Tensor& g) const {
///         if (v.needs(0)) v.give(0, mul(g, v.in(1)));
///         if (v.needs(1)) v.give(1, mul(g, v.in(0)));
///       }
///     };
///
/// `cases()` returns the operands that the checks use (ops/cases.h). Optional members: `smoothness` (number
/// of continuous derivatives, default kSmooth; the checks search for a kink that is not declared),
/// `smoothness_here()` (the same number if it depends on the attributes), `roles` (marks inputs as indices or
/// masks), `alias(in)` instead of forward (the output shares the input's storage), `vjp_fast` (the same
/// gradients on raw buffers, for sweeps that are not recorded; vjp stays the specification), `accumulate(in,
/// sum)` (adds the output to `sum`, for gradients: see Vjp::give), `slopes(x)` (for an elementwise op of one
/// operand: f'(x) and f''(x) stacked, from one pass), `lifted(k)` (this op for operands with k stacked in
/// front; needed only if attributes contain absolute shapes), `constants` (operands, named by reads_in(),
/// that forward rules treat as constant in x, such as weights), `attributes()` (text that the explorer shows
/// after the operands: "transpose_b", "axis=-1").
namespace gradzoo {

class Sweep;

/// What a vjp rule sees of a sweep: saved tensors, needed gradients, and the function that takes gradients.
class Vjp {
 public:
  /// Makes the view of one node; bit i of `needed` is set if input i needs its gradient.
  Vjp(Sweep& sweep, Node& node, unsigned needed) : sweep_(sweep), node_(node), needed_(needed) {}
  bool needs(int i) const { return (needed_ >> i) & 1u; }  ///< true if input i wants a gradient
  const Tensor& in(int i) const { return saved(i); }       ///< saved input i, which `saves` must name
  const Tensor& out() const { return saved(kMaxInputs); }  ///< saved output, which `saves` must name
  /// Returns the shape that the gradient of input i will be reduced to.
  const Shape& shape(int i) const;
  /// Gives the gradient of input i, in its shape or in one that it was broadcast to: the engine sums it back.
  void give(int i, Tensor gradient);
  /// Does the same as give(i, apply(op, operands...)). In a sweep that is not recorded, the op computes the
  /// gradient directly in its buffer, or adds it to the sum that is already there.
  template <class Op, std::same_as<Tensor>... Rest>
  void give(int i, const Op& op, const Tensor& first, const Rest&... rest) {
    static_assert(1 + sizeof...(Rest) == kArity<Op>);
    const Tensor* inputs[] = {&first, &rest...};
    give_applied(i, info_of<Op>(), &op, Inputs(inputs, kArity<Op>));
  }

 private:
  void give_applied(int i, const OpInfo& info, const void* op, Inputs in);
  const Tensor& saved(int slot) const;
  Sweep& sweep_;
  Node& node_;
  unsigned needed_;
};

/// Applies an op to its operands, and records it if one of them is tracked and a tape is alive.
template <class Op, std::same_as<Tensor>... Rest>
Tensor apply(const Op& op, const Tensor& first, const Rest&... rest) {
  static_assert(1 + sizeof...(Rest) == kArity<Op>);
  const Tensor* inputs[] = {&first, &rest...};
  return detail::run(info_of<Op>(), &op, Inputs(inputs, kArity<Op>));
}

/// Applies an op without attributes: apply<MyOp>(x).
template <class Op, std::same_as<Tensor>... Rest>
Tensor apply(const Tensor& first, const Rest&... rest) {
  return apply(Op{}, first, rest...);
}

}  // namespace gradzoo
