// backward(): a sweep whose gradients go into the leaves' own buffers.
#include <algorithm>

#include "autograd/grad_arguments.h"
#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/sweep.h"
#include "gradzoo/autograd/grad.h"

namespace gradzoo {
namespace {

// The caller's seed may live in a gradient, which backward writes to while it reads the seed.
Tensor own_seed(const Tensor& loss, const Tensor& grad_output) {
  return seed_of(loss, grad_output.defined() ? grad_output.detach().clone() : Tensor());
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

}  // namespace

void backward(const Tensor& loss, std::span<const Tensor> params, const BackwardOptions& options) {
  if (params.empty()) throw Error("backward: no parameters are given. Hint: call backward(loss)");
  for (const Tensor& p : params) {
    if (!p.defined() || !p.is_leaf()) {
      throw Error(
          "backward: a parameter is not a leaf. Hint: call requires_grad_() before it is used, or use grad() "
          "for results");
    }
  }
  const int64_t last = node_of_output(loss);
  Tensor seed = own_seed(loss, options.grad_output);
  const NodeIndices wanted = nodes_of_inputs(params);
  Sweep sweep(last, wanted, {.retain_graph = options.retain_graph, .to_buffers = true});
  sweep.run(std::move(seed));
  for (size_t i = 0; i < params.size(); ++i) {
    if (stands_before(params, i)) continue;
    const Tensor gradient = sweep.gradient(wanted[i]);
    write_gradient(params[i], gradient.defined() ? gradient : zeros_like(params[i]));
  }
}

void backward(const Tensor& loss, const BackwardOptions& options) {
  const int64_t last = node_of_output(loss);
  Tensor seed = own_seed(loss, options.grad_output);
  NodeList& nodes = tape_state().nodes;
  NodeIndices leaves;
  for (int64_t index = 0; index <= last; ++index) {
    if (nodes[index].op == &leaf_info()) leaves.push_back(index);
  }
  Sweep sweep(last, leaves, {.retain_graph = options.retain_graph, .to_buffers = true});
  sweep.run(std::move(seed));
  for (const int64_t index : leaves) {
    const Tensor gradient = sweep.gradient(index);
    if (gradient.defined()) write_gradient(nodes[index].leaf(), gradient);
  }
}

}  // namespace gradzoo
