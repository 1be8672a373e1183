#include "autograd/grad_arguments.h"

#include "gradzoo/autograd/tape.h"

namespace gradzoo {
namespace {

// -1 for what no op has met. `what` names it in errors.
int64_t recorded_index(const Tensor& t, const char* what) {
  if (!t.defined()) throw Error("grad: {} is undefined. Hint: assign it a value first", what);
  const Record& record = t.impl()->record;
  if (is_alive(record)) return record.index;
  if (t.is_leaf() || record.serial == 0) return -1;
  throw Error(
      "grad: {} {} was recorded on a tape that has ended: its history is gone. Hint: call grad earlier", what,
      t.label());
}

// A leaf that the sweep never met counts as unused; what neither wants grad nor was recorded is an error.
int64_t wanted_index(const Tensor& x, size_t i) {
  const int64_t index = recorded_index(x, "an input");
  if (index >= 0 || x.is_leaf()) return index;
  throw Error("grad: input {} {} was never recorded. Hint: first call requires_grad_()", i, x.label());
}

}  // namespace

int64_t node_of_output(const Tensor& y) {
  int64_t index = recorded_index(y, "y");
  if (index < 0 && y.is_leaf() && is_recording()) index = track(y, "grad");
  if (index >= 0) return index;
  if (y.impl()->swept) {
    throw Error(
        "grad: y {} is a gradient that was not recorded. Hint: compute it with grad(..., {{.create_graph = "
        "true}})",
        y.label());
  }
  throw Error(
      "grad: y {} does not require grad: it was never recorded. Hint: compute it under a Tape from a tensor "
      "with requires_grad_(), gradients in it with create_graph = true",
      y.label());
}

Tensor seed_of(const Tensor& y, const Tensor& grad_output) {
  if (!grad_output.defined()) {
    if (y.size() == 1) return ones_like(y);
    throw Error(
        "grad: {} of shape {}: grad can be implicitly created only for scalar outputs. Hint: sum it, or pass "
        "grad_output of its shape",
        y.name().empty() ? "y" : y.name(), y.shape().str());
  }
  if (grad_output.shape() != y.shape() || grad_output.dtype() != y.dtype()) {
    throw Error("grad: grad_output is {} {}, but y is {} {}. Hint: they must agree",
                dtype_name(grad_output.dtype()), grad_output.shape().str(), dtype_name(y.dtype()),
                y.shape().str());
  }
  return grad_output;
}

NodeIndices nodes_of_inputs(std::span<const Tensor> xs) {
  NodeIndices indices(xs.size());
  for (size_t i = 0; i < xs.size(); ++i) indices[i] = wanted_index(xs[i], i);
  return indices;
}

}  // namespace gradzoo
