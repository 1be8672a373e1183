#include "autograd/grad.h"

#include <algorithm>

#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/op.h"
#include "autograd/sweep.h"

namespace gradzoo {
namespace {

// -1 for what no op has met. `what` names it in errors.
int64_t recorded_index(const Tensor& t, const char* what) {
  if (!t.defined()) throw Error("grad: {} is undefined. Hint: assign it a value first", what);
  const Record& record = t.impl()->record;
  if (is_alive(record)) return record.index;
  if (t.is_leaf() || record.serial == 0) return -1;
  throw Error(
      "grad: {} {} was recorded on a tape that has ended: its history is gone. Hint: call grad inside", what,
      t.label());
}

Tensor seed_of(const Tensor& y, const Tensor& grad_output) {
  if (!grad_output.defined()) {
    if (y.size() == 1) return ones_like(y);
    throw Error("grad: {} of shape {} is not a scalar. Hint: sum it, or pass grad_output of its shape",
                y.name().empty() ? "y" : y.name(), y.shape().str());
  }
  if (grad_output.shape() != y.shape() || grad_output.dtype() != y.dtype()) {
    throw Error("grad: grad_output is {} {}, but y is {} {}. Hint: they must agree",
                dtype_name(grad_output.dtype()), grad_output.shape().str(), dtype_name(y.dtype()),
                y.shape().str());
  }
  return grad_output;
}

int64_t root_index(const Tensor& y) {
  int64_t index = recorded_index(y, "y");
  if (index < 0 && y.is_leaf() && is_recording()) index = track(y, "grad");
  if (index >= 0) return index;
  if (y.impl()->swept) {
    throw Error(
        "grad: y {} is a gradient that was not recorded. Hint: compute it by grad(..., {{.create_graph = "
        "true}})",
        y.label());
  }
  throw Error(
      "grad: y {} was never recorded. Hint: compute it under a Tape from a tensor with requires_grad_(), "
      "gradients in it with create_graph = true",
      y.label());
}

// A leaf that the sweep never met counts as unused; what neither wants grad nor was recorded is an error.
int64_t wanted_index(const Tensor& x, size_t i) {
  const int64_t index = recorded_index(x, "an input");
  if (index >= 0 || x.is_leaf()) return index;
  throw Error("grad: input {} {} was never recorded. Hint: requires_grad_() before it is used", i, x.label());
}

// The caller's seed may live in a gradient, which backward writes to while it reads the seed.
Tensor own_seed(const Tensor& grad_output) {
  return grad_output.defined() ? grad_output.detach().clone() : Tensor();
}

// Whether the i-th tensor is also an earlier one.
bool stands_before(std::span<const Tensor> tensors, size_t i) {
  return std::ranges::any_of(tensors.first(i),
                             [&](const Tensor& t) { return t.impl() == tensors[i].impl(); });
}

// Stores or adds, detached, into the buffer that is there.
void write_gradient(const Tensor& leaf, const Tensor& gradient) {
  Tensor::Impl& impl = *leaf.impl();
  if (gradient.impl() == impl.grad.impl()) {  // computed there
    impl.grad_is_empty = false;
    return;
  }
  if (!impl.grad.defined()) impl.grad = empty_like(leaf);
  visit_floating(leaf.dtype(), [&]<class T>() {
    T* buffer = impl.grad.mutable_data<T>();
    const T* values = gradient.data<T>();
    if (impl.grad_is_empty) {
      std::copy_n(values, leaf.size(), buffer);
    } else {
      kernels::add_to(values, buffer, leaf.size());
    }
  });
  impl.grad_is_empty = false;
}

// A gradient as the caller may keep it and write to it: with values that nothing else sees.
Tensor own_gradient(Tensor gradient, bool create_graph) {
  const Tensor::Impl& impl = *gradient.impl();
  if (create_graph && gradient.requires_grad()) return gradient;
  if (impl.refs.count() > 1 || impl.storage->refs.count() > 1) gradient = gradient.detach().clone();
  gradient.impl()->swept = !create_graph;
  return gradient;
}

Tensors gradients(const Tensor& y, std::span<const Tensor> xs, const GradOptions& options, bool to_buffers) {
  const int64_t root = root_index(y);
  Tensor seed = seed_of(y, options.grad_output);
  std::vector<int64_t, PoolAllocator<int64_t>> wanted(xs.size());
  int64_t first = root;
  for (size_t i = 0; i < xs.size(); ++i) {
    wanted[i] = wanted_index(xs[i], i);
    if (wanted[i] >= 0) first = std::min(first, wanted[i]);
  }
  Sweep sweep(first, root, options.create_graph, options.retain_graph.value_or(options.create_graph));
  const auto lies_below = [&](int64_t index) { return index >= first && index <= root; };
  for (int64_t index : wanted) {
    if (lies_below(index)) sweep.want(index);
  }
  if (to_buffers) sweep.compute_in_buffers();
  sweep.run(std::move(seed));
  Tensors out(xs.size());
  for (size_t i = 0; i < xs.size(); ++i) {
    if (lies_below(wanted[i])) out[i] = sweep.gradient(wanted[i]);
    if (out[i].defined()) continue;
    if (!options.allow_unused) {
      throw Error("grad: y does not depend on input {} {}. Hint: allow_unused = true gives zeros", i,
                  xs[i].label());
    }
    out[i] = zeros_like(xs[i]);
  }
  return out;
}

}  // namespace

Tensors grad(const Tensor& y, std::span<const Tensor> xs, const GradOptions& options) {
  Tensors out = gradients(y, xs, options, false);
  for (Tensor& gradient : out) gradient = own_gradient(std::move(gradient), options.create_graph);
  return out;
}

Tensor grad(const Tensor& y, const Tensor& x, const GradOptions& options) {
  return grad(y, std::span(&x, 1), options)[0];
}

void backward(const Tensor& loss, std::span<const Tensor> params, const BackwardOptions& options) {
  if (params.empty()) throw Error("backward: no parameters are given. Hint: backward(loss) takes every leaf");
  for (const Tensor& p : params) {
    if (!p.defined() || !p.is_leaf()) {
      throw Error(
          "backward: a parameter is not a leaf. Hint: requires_grad_() before it is used, or grad() for "
          "results");
    }
  }
  const Tensors grads =
      gradients(loss, params,
                {.grad_output = own_seed(options.grad_output), .retain_graph = options.retain_graph}, true);
  for (size_t i = 0; i < params.size(); ++i) {
    if (!stands_before(params, i)) write_gradient(params[i], grads[i]);
  }
}

void backward(const Tensor& loss, const BackwardOptions& options) {
  const int64_t root = root_index(loss);
  Tensor seed = seed_of(loss, own_seed(options.grad_output));
  NodeList& nodes = tape_state().nodes;
  Sweep sweep(0, root, false, options.retain_graph);
  sweep.compute_in_buffers();
  for (int64_t i = 0; i <= root; ++i) {
    if (nodes[i].op == &leaf_info()) sweep.want(i);
  }
  sweep.run(std::move(seed));
  for (int64_t i = 0; i <= root; ++i) {
    if (nodes[i].op == &leaf_info() && sweep.gradient(i).defined())
      write_gradient(nodes[i].leaf(), sweep.gradient(i));
  }
}

}  // namespace gradzoo
