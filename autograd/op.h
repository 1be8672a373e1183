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
///       // What the gradient of each operand reads: of a, b; of b, a. As many entries as operands.
///       static constexpr std::array<unsigned, 2> saves = {reads_in(1), reads_in(0)};
///       Shape shape(Inputs in) const { return broadcast_shapes(in[0].shape(), in[1].shape(), name); }
///       void forward(Inputs in, Tensor& out) const { /* a kernel; out is allocated, of that shape */ }
///       // g = dL/dy, of y's shape. Written in public differentiable ops: this gives every higher order.
///       void vjp(Vjp& v, const Tensor& g) const {
///         if (v.needs(0)) v.give(0, mul(g, v.in(1)));
///         if (v.needs(1)) v.give(1, mul(g, v.in(0)));
///       }
///     };
///
/// `cases()` gives the operands that the checks feed it (ops/cases.h). Optional: `smoothness` (how many
/// continuous derivatives it has; kSmooth where it does not say, and the checks look for the kink of an op
/// that forgot to), `smoothness_here()` (where that depends on the attributes), `roles` (which inputs are
/// indices or masks), `alias(in)` instead of forward (the output shares the input's storage), `vjp_fast` (the
/// same gradients on raw buffers, taken by sweeps that are not recorded; vjp stays the specification),
/// `accumulate(in, sum)` (adds the output to what stands in `sum`: for gradients, see Vjp::give),
/// `slopes(x)` (of an elementwise op of one operand: f'(x) and f''(x) stacked, where one pass gives both),
/// `lifted(k)` (this op for operands with k stacked in front; only where attributes hold absolute shapes),
/// `constants` (operands, as reads_in() names them, which the forward rules of the op take for constant in x:
/// weights), `attributes()` (what the explorer shows of them behind the operands: "transpose_b", "axis=-1").
namespace gradzoo {

class Sweep;

/// What a vjp rule sees: what was saved, which gradients are needed, and where they go.
class Vjp {
 public:
  /// `needed`: bit i for input i.
  Vjp(Sweep& sweep, Node& node, unsigned needed) : sweep_(sweep), node_(node), needed_(needed) {}
  bool needs(int i) const { return (needed_ >> i) & 1u; }  ///< whether input i wants a gradient
  const Tensor& in(int i) const { return saved(i); }       ///< input i, which `saves` must name
  const Tensor& out() const { return saved(kMaxInputs); }  ///< the output, which `saves` must name
  /// Shape that the gradient of input i will be reduced to.
  const Shape& shape(int i) const;
  /// The gradient of input i, of its shape or of one that it was broadcast to: the engine sums it back.
  void give(int i, Tensor gradient);
  /// The same as give(i, apply(op, operands...)). Where the sweep is not recorded, the op computes it in the
  /// buffer where the gradient is to stand, or adds it to the sum that stands there.
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

/// Applies an op to its operands, and records it where one of them is tracked and a tape is alive.
template <class Op, std::same_as<Tensor>... Rest>
Tensor apply(const Op& op, const Tensor& first, const Rest&... rest) {
  static_assert(1 + sizeof...(Rest) == kArity<Op>);
  const Tensor* inputs[] = {&first, &rest...};
  return detail::run(info_of<Op>(), &op, Inputs(inputs, kArity<Op>));
}

/// As above for an op without attributes: apply<MyOp>(x).
template <class Op, std::same_as<Tensor>... Rest>
Tensor apply(const Tensor& first, const Rest&... rest) {
  return apply(Op{}, first, rest...);
}

}  // namespace gradzoo
