#pragma once

#include "gradzoo/autograd/op_info.h"

/// What the engine refuses, and what it says then. The tests are inline, since every op and every visit of a
/// sweep passes them; the words are not.
namespace gradzoo {

/// Says why operand i is refused.
[[noreturn]] void refuse_operand(const OpInfo& info, Inputs in, int i);

constexpr bool may_hold(Role role, DType dtype) {
  if (role == Role::value) return dtype == DType::f32 || dtype == DType::f64;
  return dtype == (role == Role::index ? DType::i64 : DType::u8);
}

/// Before an op runs: operands are defined, of the dtypes that their roles say, values of one dtype.
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

/// A tensor whose record is of no live node: its tape has ended, or is another thread's.
[[noreturn]] void refuse_dead_record(const Tensor& t, const char* op);

/// Before a rule runs: what its node saved is still there, and is what it was.
void check_saved(const Node& node);

/// What a rule gave for input i is not of the input's dtype, nor of a shape that the input broadcasts to.
[[noreturn]] void refuse_gradient(const Node& node, int i, const Tensor& gradient, const Node& input);

}  // namespace gradzoo
