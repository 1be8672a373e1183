#include "autograd/refusals.h"

namespace gradzoo {

void check_operands(const OpInfo& info, Inputs in) {
  const Tensor* value = nullptr;
  for (int i = 0; i < in.size(); ++i) {
    const Tensor& t = in[i];
    if (!t.defined()) {
      throw Error("{}: operand {} is undefined. Hint: assign it a value first", info.name, i);
    }
    const Role role = info.roles[i];
    if (role != Role::value) {
      const DType wanted = role == Role::index ? DType::i64 : DType::u8;
      if (t.dtype() == wanted) continue;
      throw Error("{}: operand {} must hold {}, not {}. Hint: cast(x, DType::{})", info.name, i,
                  dtype_name(wanted), dtype_name(t.dtype()), dtype_name(wanted));
    }
    if (!is_floating(t.dtype())) {
      throw Error("{}: operand {} holds {}, which takes no part in arithmetic. Hint: cast(x, DType::f32)",
                  info.name, i, dtype_name(t.dtype()));
    }
    if (value && value->dtype() != t.dtype()) {
      throw Error("{}: operands of two dtypes, {} {} and {} {}. Hint: cast one of them", info.name,
                  dtype_name(value->dtype()), value->shape().str(), dtype_name(t.dtype()), t.shape().str());
    }
    value = &t;
  }
}

void refuse_dead_record(const Tensor& t, const char* op) {
  if (t.impl()->requires_grad) {
    throw Error(
        "{}: leaf {} is in use on a live tape of another thread. Hint: detach().requires_grad_() is a leaf "
        "of its own",
        op, t.label());
  }
  throw Error("{}: operand {} was recorded on a tape that has ended: its history is gone. Hint: detach()", op,
              t.label());
}

void check_saved(const Node& node) {
  if (node.state == Node::Saved::lost) {
    throw Error(
        "{}: its saved tensors were released by a sweep that failed further on. Hint: record again once that "
        "failure is mended",
        node.op->name);
  }
  if (node.state == Node::Saved::released) {
    throw Error(
        "{}: its saved tensors were released by an earlier sweep. Hint: retain_graph = true in that one",
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

void check_gradient(const Node& node, int i, const Tensor& gradient, const Node& input) {
  if (!gradient.defined() || gradient.dtype() != input.dtype) {
    throw Error("{}: its vjp gave {} for input {} of {}. Hint: give the input's dtype", node.op->name,
                gradient.defined() ? dtype_name(gradient.dtype()) : "nothing", i, dtype_name(input.dtype));
  }
  if (gradient.shape() == input.shape) return;
  if (broadcast_shapes(gradient.shape(), input.shape, node.op->name) != gradient.shape()) {
    throw Error(
        "{}: its vjp gave {} for input {} of {}. Hint: give the input's shape, or one it broadcasts to",
        node.op->name, gradient.shape().str(), i, input.shape.str());
  }
}

}  // namespace gradzoo
