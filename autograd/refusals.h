#pragma once

#include "autograd/op_info.h"

/// What the engine refuses on the way, each with a hint. Nothing is changed here.
namespace gradzoo {

/// Before an op runs: operands are defined, of the dtypes that their roles say, values of one dtype.
void check_operands(const OpInfo& info, Inputs in);

/// A tensor whose record is of no live node: its tape has ended, or is another thread's.
[[noreturn]] void refuse_dead_record(const Tensor& t, const char* op);

/// Before a rule runs: what its node saved is still there, and is what it was.
void check_saved(const Node& node);

/// What a rule gave for input i: a gradient of the input's dtype, and of its shape or of one that it
/// broadcasts to.
void check_gradient(const Node& node, int i, const Tensor& gradient, const Node& input);

}  // namespace gradzoo
