#pragma once

#include "gradzoo/autograd/op_info.h"

/// Checks for what the engine refuses, with their error messages. The checks are inline, since every op and
/// every visit of a sweep runs them; the messages are not.
namespace gradzoo {

/// Throws the Error that explains why operand i is refused.
[[noreturn]] void refuse_operand(const OpInfo& info, Inputs in, int i);

constexpr bool may_hold(Role role, DType dtype) {
  if (role == Role::value) return dtype == DType::f32 || dtype == DType::f64;
  return dtype == (role == Role::index ? DType::i64 : DType::u8);
}

/// Checks operands before an op runs: they are defined, their dtypes fit their roles, values share one dtype.
inline void check_operands(const OpInfo& info, Inputs in) {
  const Tensor* value = nullptr;
  for (int i = 0; i < in.size(); ++i) {
    const Tensor& t = in[i];
    if (!t.defined() || !may_hold(info.roles[i], t.dtype())) refuse_operand(info, in, i);
    if (info.roles[i] != Role::value) continue;
    if (value && value->dtype() != t.dtype()) refuse_operand(info, in, i);
    value = &t;
  }
}

/// Throws Error for a tensor whose node is not alive: its tape has ended, or is on another thread.
[[noreturn]] void refuse_dead_record(const Tensor& t, const char* op);

/// Checks before a rule runs that the node's saved tensors are still there and unchanged.
void check_saved(const Node& node);

/// Throws Error for a gradient of input i whose dtype or shape does not fit the input.
[[noreturn]] void refuse_gradient(const Node& node, int i, const Tensor& gradient, const Node& input);

}  // namespace gradzoo
