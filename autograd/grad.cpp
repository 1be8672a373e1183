#include "gradzoo/autograd/grad.h"

#include "autograd/grad_arguments.h"
#include "autograd/sweep.h"

namespace gradzoo {
namespace {

// One gradient for each x, as the sweep leaves them.
Tensors swept(const Tensor& y, std::span<const Tensor> xs, const GradOptions& options) {
  const int64_t last = node_of_output(y);
  Tensor seed = seed_of(y, options.grad_output);
  const NodeIndices wanted = nodes_of_inputs(xs);
  Sweep sweep(last, wanted,
              {.create_graph = options.create_graph,
               .retain_graph = options.retain_graph.value_or(options.create_graph)});
  sweep.run(std::move(seed));
  Tensors out(xs.size());
  for (size_t i = 0; i < xs.size(); ++i) {
    out[i] = sweep.gradient(wanted[i]);
    if (out[i].defined()) continue;
    if (!options.allow_unused) {
      throw Error("grad: y does not depend on input {} {}. Hint: set allow_unused = true for zeros", i,
                  xs[i].label());
    }
    out[i] = zeros_like(xs[i]);
  }
  return out;
}

// A gradient as the caller may keep it and write to it: with values that nothing else sees. One that was
// recorded stays as it is, so that it can be differentiated.
Tensor own_gradient(Tensor gradient, bool create_graph) {
  const Tensor::Impl& impl = *gradient.impl();
  if (create_graph && gradient.requires_grad()) return gradient;
  if (impl.refs.count() > 1 || impl.storage->refs.count() > 1) gradient = gradient.detach().clone();
  gradient.impl()->swept = !create_graph;
  return gradient;
}

}  // namespace

Tensors grad(const Tensor& y, std::span<const Tensor> xs, const GradOptions& options) {
  Tensors out = swept(y, xs, options);
  for (Tensor& gradient : out) gradient = own_gradient(std::move(gradient), options.create_graph);
  return out;
}

Tensor grad(const Tensor& y, const Tensor& x, const GradOptions& options) {
  return grad(y, std::span(&x, 1), options)[0];
}

}  // namespace gradzoo
