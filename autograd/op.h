#pragma once

#include <array>
#include <climits>
#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>

#include "autograd/tape.h"

/// The contract that every op meets, and apply(), the only way to record. An op is one struct; its data
/// members are its attributes (trivially copyable, at most 64 bytes):
///
///     struct Mul {
///       static constexpr const char* name = "mul";
///       static constexpr const char* formula = "y = a b;  da = g b;  db = g a";  // a line for the explorer
///       static constexpr int arity = 2;
///       static constexpr Kind kind = Kind::bilinear;
///       static constexpr int smoothness = kSmooth;
///       // What the gradient of each input reads: of a, b; of b, a.
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
/// `cases()` gives the operands that the checks feed it (ops/cases.h). Optional: `roles` (which inputs are
/// indices or masks), `alias(in)` instead of forward (the output shares the input's storage), `vjp_fast` (the
/// same gradients on raw buffers, taken by sweeps that are not recorded; vjp stays the specification),
/// `accumulate(in, sum)` (adds the output to what stands in `sum`: for gradients, see Vjp::give),
/// `slopes(x)` (of an elementwise op of one operand: f'(x) and f''(x) stacked, where one pass gives both),
/// `lifted(k)` (this op for operands with k stacked in front; only where attributes hold absolute shapes),
/// `smoothness_here()` (where it depends on the attributes), `constants` (operands, as reads_in() names them,
/// which the forward rules of the op take for constant in x: weights), `attributes()` (what the explorer
/// shows of them behind the operands: "transpose_b", "axis=-1").
namespace gradzoo {

/// How the output depends on the inputs together; forward rules are derived from it.
enum class Kind { linear, elementwise, bilinear, other };

/// Continuous derivatives: 0 has a kink, kSmooth has all; below 0 the value itself jumps.
inline constexpr int kSmooth = INT_MAX;

/// What an input is: a value of f32 or f64, an index (i64), a mask (u8).
enum class Role : uint8_t { value, index, mask };

constexpr unsigned reads_in(int i) { return 1u << i; }
inline constexpr unsigned kReadsOut = 1u << kMaxInputs;
inline constexpr unsigned kReadsNothing = 0;

/// The operands of one application.
class Inputs {
 public:
  Inputs(const Tensor* const* tensors, int count) : tensors_(tensors), count_(count) {}
  const Tensor& operator[](int i) const { return *tensors_[i]; }
  int size() const { return count_; }

 private:
  const Tensor* const* tensors_;
  int count_;
};

class Sweep;
struct OpInfo;

/// What a vjp rule sees: what was saved, which gradients are needed, and where they go.
class Vjp {
 public:
  Vjp(Sweep& sweep, Node& node, unsigned needed) : sweep_(sweep), node_(node), needed_(needed) {}
  bool needs(int i) const { return (needed_ >> i) & 1u; }
  const Tensor& in(int i) const { return saved(i); }
  const Tensor& out() const { return saved(kMaxInputs); }
  /// Shape that the gradient of input i will be reduced to.
  const Shape& shape(int i) const;
  /// The gradient of input i, of its shape or of one that it was broadcast to: the engine sums it back.
  void give(int i, Tensor gradient);
  /// The same as give(i, apply(op, operands...)). Where the sweep is not recorded, the op computes it in the
  /// buffer where the gradient is to stand, or adds it to the sum that stands there.
  template <class Op, std::same_as<Tensor>... Rest>
  void give(int i, const Op& op, const Tensor& first, const Rest&... rest);

 private:
  void give_applied(int i, const OpInfo& info, const void* op, Inputs in);
  const Tensor& saved(int slot) const;
  Sweep& sweep_;
  Node& node_;
  unsigned needed_;
};

/// An op without its type: what a node points to. One for each op, static.
struct OpInfo {
  const char* name;
  const char* formula;
  Kind kind = Kind::other;
  int (*smoothness)(const void* op) = [](const void*) { return kSmooth; };
  int arity = 0;
  const Role* roles = nullptr;      // arity of them
  const unsigned* saves = nullptr;  // arity of them
  unsigned constants = 0;
  size_t attribute_bytes = 0;
  Shape (*shape)(const void* op, Inputs in) = nullptr;
  void (*forward)(const void* op, Inputs in, Tensor& out) = nullptr;
  void (*accumulate)(const void* op, Inputs in, Tensor& sum) = nullptr;  // null: by forward, and a sum
  Tensor (*alias)(const void* op, Inputs in) = nullptr;                  // null: forward
  void (*vjp)(const void* op, Vjp& v, const Tensor& g) = nullptr;
  void (*vjp_fast)(const void* op, Vjp& v, const Tensor& g) = nullptr;  // null: vjp
  Tensor (*slopes)(const void* op, const Tensor& x) = nullptr;          // null: by sweeps
  std::string (*attributes)(const void* op) = nullptr;                  // null: none to show
  /// The op again, lifted over k stacked copies (k = 0: as it is), on other operands.
  Tensor (*reapply)(const void* op, Inputs in, int64_t k) = nullptr;
};

const OpInfo& leaf_info();
inline int smoothness_of(const Node& node) { return node.op->smoothness(node.attributes.data()); }

namespace detail {

template <class Op>
consteval std::array<Role, kMaxInputs> roles_of() {
  std::array<Role, kMaxInputs> roles{};
  if constexpr (requires { Op::roles; }) {
    for (size_t i = 0; i < Op::roles.size(); ++i) roles[i] = Op::roles[i];
  }
  return roles;
}

template <class Op>
const Op& as(const void* op) {
  return *static_cast<const Op*>(op);
}

/// Checks operands, runs the op, records it where an operand is tracked.
Tensor run(const OpInfo& info, const void* op, Inputs in);

template <class Op>
Tensor reapply(const void* op, Inputs in, int64_t k);

template <class Op>
int smoothness(const void* op) {
  if constexpr (requires(const Op& o) { o.smoothness_here(); }) return as<Op>(op).smoothness_here();
  return Op::smoothness;
}

template <class Op>
struct InfoOf {
  static constexpr std::array<Role, kMaxInputs> roles = roles_of<Op>();
  static constexpr OpInfo make() {
    OpInfo info{.name = Op::name,
                .formula = Op::formula,
                .kind = Op::kind,
                .smoothness = &smoothness<Op>,
                .arity = Op::arity,
                .roles = roles.data(),
                .saves = Op::saves.data(),
                .attribute_bytes = sizeof(Op),
                .shape = [](const void* op, Inputs in) { return as<Op>(op).shape(in); },
                .vjp = [](const void* op, Vjp& v, const Tensor& g) { as<Op>(op).vjp(v, g); },
                .reapply = &reapply<Op>};
    if constexpr (requires { Op::constants; }) info.constants = Op::constants;
    if constexpr (requires(const Op& op, Inputs in) { op.alias(in); }) {
      info.alias = [](const void* op, Inputs in) { return as<Op>(op).alias(in); };
    } else {
      info.forward = [](const void* op, Inputs in, Tensor& out) { as<Op>(op).forward(in, out); };
    }
    if constexpr (requires(const Op& op, Inputs in, Tensor& sum) { op.accumulate(in, sum); }) {
      info.accumulate = [](const void* op, Inputs in, Tensor& sum) { as<Op>(op).accumulate(in, sum); };
    }
    if constexpr (requires(const Op& op, Vjp& v, const Tensor& g) { op.vjp_fast(v, g); }) {
      info.vjp_fast = [](const void* op, Vjp& v, const Tensor& g) { as<Op>(op).vjp_fast(v, g); };
    }
    if constexpr (requires(const Op& op, const Tensor& x) { op.slopes(x); }) {
      info.slopes = [](const void* op, const Tensor& x) { return as<Op>(op).slopes(x); };
    }
    if constexpr (requires(const Op& op) { op.attributes(); }) {
      info.attributes = [](const void* op) { return as<Op>(op).attributes(); };
    }
    return info;
  }
  static constexpr OpInfo info = make();
};

}  // namespace detail

template <class Op>
const OpInfo& info_of() {
  static_assert(std::is_trivially_copyable_v<Op> && sizeof(Op) <= kMaxAttributeBytes && alignof(Op) <= 8,
                "an op's attributes are copied into its node");
  static_assert(Op::arity >= 1 && Op::arity <= kMaxInputs && Op::saves.size() == Op::arity);
  return detail::InfoOf<Op>::info;
}

/// Applies an op to its operands, and records it where one of them is tracked and a tape is alive.
template <class Op, std::same_as<Tensor>... Rest>
Tensor apply(const Op& op, const Tensor& first, const Rest&... rest) {
  static_assert(1 + sizeof...(Rest) == Op::arity);
  const Tensor* inputs[] = {&first, &rest...};
  return detail::run(info_of<Op>(), &op, Inputs(inputs, Op::arity));
}

/// As above for an op without attributes: apply<MyOp>(x).
template <class Op, std::same_as<Tensor>... Rest>
Tensor apply(const Tensor& first, const Rest&... rest) {
  return apply(Op{}, first, rest...);
}

template <class Op, std::same_as<Tensor>... Rest>
void Vjp::give(int i, const Op& op, const Tensor& first, const Rest&... rest) {
  static_assert(1 + sizeof...(Rest) == Op::arity);
  const Tensor* inputs[] = {&first, &rest...};
  give_applied(i, info_of<Op>(), &op, Inputs(inputs, Op::arity));
}

namespace detail {

template <class Op>
Tensor reapply(const void* op, Inputs in, int64_t k) {
  if constexpr (requires(const Op& o) { o.lifted(k); }) {
    if (k > 0) {
      const Op lifted = as<Op>(op).lifted(k);
      return run(info_of<Op>(), &lifted, in);
    }
  }
  return run(info_of<Op>(), op, in);
}

}  // namespace detail
}  // namespace gradzoo
