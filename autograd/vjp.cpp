#include "autograd/sweep.h"

namespace gradzoo {

// A rule may give more than was needed.
void Vjp::give(int i, Tensor gradient) {
  if (needs(i)) sweep_.accumulate(node_, i, std::move(gradient));
}

void Vjp::give_applied(int i, const OpInfo& info, const void* op, Inputs in) {
  if (!needs(i) || sweep_.accumulate_in_place(node_, i, info, op, in)) return;
  sweep_.accumulate(node_, i, detail::run(info, op, in));
}

const Tensor& Vjp::saved(int slot) const {
  const Tensor& t = node_.saved[static_cast<size_t>(slot)];
  if (!t.defined())
    throw Error("{}: its vjp reads a tensor that it did not save. Hint: list it in `saves`", node_.op->name);
  return t;
}

const Shape& Vjp::shape(int i) const {
  if (node_.inputs[static_cast<size_t>(i)] < 0) {
    throw Error(
        "{}: its vjp asks for the shape of input {}, which wants no gradient. Hint: ask needs({}) first",
        node_.op->name, i, i);
  }
  return tape_state().nodes[node_.inputs[static_cast<size_t>(i)]].shape;
}

}  // namespace gradzoo
