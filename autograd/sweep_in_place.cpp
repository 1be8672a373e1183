// Where a sweep that is not recorded saves memory and passes over it: sums that change where they stand, and
// products that are computed in the buffer of a leaf's gradient.
#include "autograd/sweep.h"

namespace gradzoo {
namespace {

// An empty gradient's buffer, to store into; undefined where there is none, or where a node has saved what it
// held: a gradient that was kept from an earlier step.
Tensor empty_buffer(NodeList& nodes, int64_t index) {
  if (nodes[index].op != &leaf_info()) return {};
  const Tensor::Impl& leaf = *nodes[index].leaf().impl();
  if (!leaf.grad_is_empty || !leaf.grad.defined()) return {};
  return leaf.grad.impl()->storage->saved_by < nodes[0].serial ? leaf.grad : Tensor();
}

// Whether an op's output is all of what an input's gradient is summed from, without a sum over broadcast
// axes.
bool fits(const Node& input, const OpInfo& info, const void* op, Inputs in) {
  for (int i = 0; i < in.size(); ++i) {
    if (!in[i].defined() || (info.roles[i] == Role::value && in[i].dtype() != input.dtype)) return false;
  }
  return info.forward && info.shape(op, in) == input.shape;
}

}  // namespace

// Whether nothing else sees the sum at a node.
bool Sweep::may_change(int64_t index) const {
  if (in_place_[slot(index)]) return true;
  const Tensor::Impl& sum = *grads_[slot(index)].impl();
  return !options_.create_graph && sum.refs.count() == 1 && sum.storage->refs.count() == 1;
}

bool Sweep::accumulate_in_place(const Node& node, int i, const OpInfo& info, const void* op, Inputs in) {
  const int64_t index = node.inputs[static_cast<size_t>(i)];
  if (options_.create_graph || state_.mode.tracing || !fits(state_.nodes[index], info, op, in)) return false;
  Tensor& sum = grads_[slot(index)];
  if (sum.defined()) {
    if (!info.accumulate || !may_change(index)) return false;
    info.accumulate(op, in, sum);
    return true;
  }
  Tensor buffer = options_.to_buffers ? empty_buffer(state_.nodes, index) : Tensor();
  if (!buffer.defined()) return false;
  info.forward(op, in, buffer);
  in_place_[slot(index)] = true;
  sum = std::move(buffer);
  return true;
}

}  // namespace gradzoo
