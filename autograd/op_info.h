#pragma once

#include <array>
#include <climits>
#include <cstdint>
#include <string>
#include <type_traits>

#include "gradzoo/autograd/node.h"

/// OpInfo, an op without its type: nodes point to it, and it is made from the op's struct (op.h).
namespace gradzoo {

/// The way in which the output depends on all inputs together; forward rules are derived from it.
enum class Kind { linear, elementwise, bilinear, other };

/// The number of continuous derivatives of a smooth op. 0 means a kink, and below 0 the value itself jumps.
inline constexpr int kSmooth = INT_MAX;

/// The role of an input: a value (f32 or f64), an index (i64) or a mask (u8).
enum class Role : uint8_t { value, index, mask };

constexpr unsigned reads_in(int i) { return 1u << i; }   ///< entry of `saves`: the gradient reads input i
inline constexpr unsigned kReadsOut = 1u << kMaxInputs;  ///< entry of `saves`: the gradient reads the output
inline constexpr unsigned kReadsNothing = 0;             ///< entry of `saves`: the gradient reads nothing

/// The operands of one application of an op.
class Inputs {
 public:
  /// Refers to `count` pointers, which must outlive this object.
  Inputs(const Tensor* const* tensors, int count) : tensors_(tensors), count_(count) {}
  const Tensor& operator[](int i) const { return *tensors_[i]; }  ///< operand i
  int size() const { return count_; }                             ///< number of operands

 private:
  const Tensor* const* tensors_;
  int count_;
};

class Vjp;  // op.h

/// The static description of an op; there is one per op.
struct OpInfo {
  const char* name;         ///< "exp"
  const char* formula;      ///< the function and its derivative, for readers
  Kind kind = Kind::other;  ///< how the output depends on the inputs
  /// Returns how often the output of the op struct at `op` is continuously differentiable.
  int (*smoothness)(const void* op) = [](const void*) { return kSmooth; };
  int arity = 0;                    ///< number of operands
  const Role* roles = nullptr;      ///< role of each operand
  const unsigned* saves = nullptr;  ///< tensors that each operand's gradient reads
  /// The op's `constants`, bit i for operand i: no derivative is taken with respect to these operands.
  unsigned constants = 0;
  size_t attribute_bytes = 0;  ///< size of the op struct in bytes
  /// Returns the output's shape. Throws Error if the operands do not fit.
  Shape (*shape)(const void* op, Inputs in) = nullptr;
  void (*forward)(const void* op, Inputs in, Tensor& out) = nullptr;     ///< function that fills the output
  void (*accumulate)(const void* op, Inputs in, Tensor& sum) = nullptr;  ///< null: forward and a sum
  Tensor (*alias)(const void* op, Inputs in) = nullptr;                  ///< null: forward is used
  /// Computes the operands' gradients from the output's gradient, in differentiable ops.
  void (*vjp)(const void* op, Vjp& v, const Tensor& g) = nullptr;
  void (*vjp_fast)(const void* op, Vjp& v, const Tensor& g) = nullptr;  ///< null: vjp is used
  Tensor (*slopes)(const void* op, const Tensor& x) = nullptr;          ///< null: sweeps compute them
  std::string (*attributes)(const void* op) = nullptr;                  ///< null: no attributes to show
  /// Applies the op to other operands, lifted over k stacked copies (k = 0: not lifted).
  Tensor (*reapply)(const void* op, Inputs in, int64_t k) = nullptr;
};

/// Returns the number of continuous derivatives of a node's op with its attributes, or kSmooth.
inline int smoothness_of(const Node& node) { return node.op->smoothness(node.attributes.data()); }

/// The number of operands of an op: `saves` has one entry per operand.
template <class Op>
inline constexpr int kArity = static_cast<int>(Op::saves.size());

namespace detail {

/// Checks the operands, runs the op, and records it if an operand is tracked (op.cpp).
Tensor run(const OpInfo& info, const void* op, Inputs in);

template <class Op>
const Op& as(const void* op) {
  return *static_cast<const Op*>(op);
}

template <class Op>
consteval std::array<Role, kMaxInputs> roles_of() {
  std::array<Role, kMaxInputs> roles{};
  if constexpr (requires { Op::roles; }) {
    for (size_t i = 0; i < Op::roles.size(); ++i) roles[i] = Op::roles[i];
  }
  return roles;
}

template <class Op>
int smoothness(const void* op) {
  if constexpr (requires(const Op& o) { o.smoothness_here(); }) {
    return as<Op>(op).smoothness_here();
  } else if constexpr (requires { Op::smoothness; }) {
    return Op::smoothness;
  }
  return kSmooth;
}

template <class Op>
Tensor reapply(const void* op, Inputs in, int64_t k);

template <class Op>
struct InfoOf {
  static constexpr std::array<Role, kMaxInputs> roles = roles_of<Op>();
  static constexpr OpInfo make() {
    OpInfo made{.name = Op::name,
                .formula = Op::formula,
                .kind = Op::kind,
                .smoothness = &smoothness<Op>,
                .arity = kArity<Op>,
                .roles = roles.data(),
                .saves = Op::saves.data(),
                .attribute_bytes = sizeof(Op),
                .shape = [](const void* op, Inputs in) { return as<Op>(op).shape(in); },
                .vjp = [](const void* op, Vjp& v, const Tensor& g) { as<Op>(op).vjp(v, g); },
                .reapply = &reapply<Op>};
    if constexpr (requires { Op::constants; }) made.constants = Op::constants;
    if constexpr (requires(const Op& op, Inputs in) { op.alias(in); }) {
      made.alias = [](const void* op, Inputs in) { return as<Op>(op).alias(in); };
    } else {
      made.forward = [](const void* op, Inputs in, Tensor& out) { as<Op>(op).forward(in, out); };
    }
    if constexpr (requires(const Op& op, Inputs in, Tensor& sum) { op.accumulate(in, sum); }) {
      made.accumulate = [](const void* op, Inputs in, Tensor& sum) { as<Op>(op).accumulate(in, sum); };
    }
    if constexpr (requires(const Op& op, Vjp& v, const Tensor& g) { op.vjp_fast(v, g); }) {
      made.vjp_fast = [](const void* op, Vjp& v, const Tensor& g) { as<Op>(op).vjp_fast(v, g); };
    }
    if constexpr (requires(const Op& op, const Tensor& x) { op.slopes(x); }) {
      made.slopes = [](const void* op, const Tensor& x) { return as<Op>(op).slopes(x); };
    }
    if constexpr (requires(const Op& op) { op.attributes(); }) {
      made.attributes = [](const void* op) { return as<Op>(op).attributes(); };
    }
    return made;
  }
  static constexpr OpInfo info = make();
};

}  // namespace detail

/// Returns the table of an op's functions, which is made at compile time.
template <class Op>
const OpInfo& info_of() {
  static_assert(std::is_trivially_copyable_v<Op> && sizeof(Op) <= kMaxAttributeBytes && alignof(Op) <= 8,
                "an op's attributes are copied into its node");
  static_assert(kArity<Op> >= 1 && kArity<Op> <= kMaxInputs, "`saves` has an entry for each operand");
  return detail::InfoOf<Op>::info;
}

template <class Op>
Tensor detail::reapply(const void* op, Inputs in, int64_t k) {
  if constexpr (requires(const Op& o) { o.lifted(k); }) {
    if (k > 0) {
      const Op lifted = as<Op>(op).lifted(k);
      return run(info_of<Op>(), &lifted, in);
    }
  }
  return run(info_of<Op>(), op, in);
}

}  // namespace gradzoo
