#include "autograd/refusals.h"

namespace gradzoo {

void refuse_operand(const OpInfo& info, Inputs in, int i) {
  const Tensor& t = in[i];
  if (!t.defined()) throw Error("{}: operand {} is undefined. Hint: assign it a value first", info.name, i);
  const Role role = info.roles[i];
  if (role != Role::value) {
    const std::string_view wanted = dtype_name(role == Role::index ? DType::i64 : DType::u8);
    throw Error("{}: operand {} must be {}, not {}. Hint: use cast(x, DType::{})", info.name, i, wanted,
                dtype_name(t.dtype()), wanted);
  }
  if (!is_floating(t.dtype()))
    throw Error("{}: operand {} holds {}, which takes no part in arithmetic. Hint: use cast(x, DType::f32)",
                info.name, i, dtype_name(t.dtype()));
  int before = i - 1;
  while (info.roles[before] != Role::value) --before;
  const Tensor& other = in[before];
  throw Error("{}: operands of two dtypes, {} {} and {} {}. Hint: cast one of them", info.name,
              dtype_name(other.dtype()), other.shape().str(), dtype_name(t.dtype()), t.shape().str());
}

void refuse_dead_record(const Tensor& t, const char* op) {
  if (t.impl()->requires_grad) {
    throw Error(
        "{}: leaf {} is in use on a live tape of another thread. Hint: use detach().requires_grad_(), a "
        "separate leaf",
        op, t.label());
  }
  throw Error("{}: operand {} was recorded on a tape that has ended: its history is gone. Hint: detach() it",
              op, t.label());
}

void check_saved(const Node& node) {
  if (node.state == Node::Saved::lost) {
    throw Error(
        "{}: its saved tensors were released by a sweep that failed later on. Hint: fix that failure, then "
        "record again",
        node.op->name);
  }
  if (node.state == Node::Saved::released) {
    throw Error(
        "{}: trying to backward through the graph a second time, but its saved tensors were released by an "
        "earlier sweep. Hint: set retain_graph = true in that sweep",
        node.op->name);
  }
  for (size_t k = 0; k < node.saved.size(); ++k) {
    const Tensor& t = node.saved[k];
    if (!t.defined() || t.version() == node.versions[k]) continue;
    throw Error(
        "{}: its saved {} {} was changed in place after it was recorded. Hint: clone() it before the change",
        node.op->name, k == kMaxInputs ? "output" : fmt::format("input {}", k), t.label());
  }
}

void refuse_gradient(const Node& node, int i, const Tensor& gradient, const Node& input) {
  if (!gradient.defined() || gradient.dtype() != input.dtype)
    throw Error("{}: its vjp gave {} for input {} of {}. Hint: give the input's dtype", node.op->name,
                gradient.defined() ? dtype_name(gradient.dtype()) : "nothing", i, dtype_name(input.dtype));
  throw Error("{}: its vjp gave {} for input {} of {}. Hint: give the input's shape, or one it broadcasts to",
              node.op->name, gradient.shape().str(), i, input.shape.str());
}

}  // namespace gradzoo
