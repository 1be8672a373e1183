#include "autograd/sweep.h"

#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/refusals.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/trace.h"

namespace gradzoo {
namespace {

// A gradient of the shape that the input was broadcast to, summed over the axes that broadcasting repeated.
Tensor sum_back(const Node& node, int i, const Tensor& gradient, const Node& input) {
  if (broadcast_shapes(gradient.shape(), input.shape, node.op->name) != gradient.shape())
    refuse_gradient(node, i, gradient, input);
  return sum_to(gradient, input.shape);
}

void add_to(Tensor& sum, const Tensor& gradient) {
  visit_floating(sum.dtype(),
                 [&]<class T>() { kernels::add_to(gradient.data<T>(), sum.mutable_data<T>(), sum.size()); });
}

}  // namespace

Sweep::Sweep(int64_t last, std::span<const int64_t> wanted, const SweepOptions& options)
    : state_(tape_state()), first_(last), last_(last), options_(options) {
  for (const int64_t index : wanted) {
    if (index >= 0 && index < first_) first_ = index;
  }
  const auto count = static_cast<size_t>(last_ - first_ + 1);
  grads_.resize(count);
  wanted_.resize(count);
  reached_.resize(count);
  in_place_.resize(count);
  for (const int64_t index : wanted) {
    if (contains(index)) wanted_[slot(index)] = true;
  }
}

// Which nodes lie between y and what is wanted. Inputs stand before their node, so one pass upwards finds
// out.
void Sweep::mark_reached() {
  for (int64_t index = first_; index <= last_; ++index) {
    const Node& node = state_.nodes[index];
    bool reached = wanted_[slot(index)];
    for (int i = 0; i < node.n_inputs && !reached; ++i)
      reached = is_reached(node.inputs[static_cast<size_t>(i)]);
    reached_[slot(index)] = reached;
  }
}

void Sweep::run(Tensor seed) {
  mark_reached();
  grads_[slot(last_)] = std::move(seed);
  const ModeScope outer;
  state_.mode.recording = options_.create_graph;
  int64_t index = last_;
  try {
    for (; index >= first_; --index) {
      if (!grads_[slot(index)].defined() || !reached_[slot(index)]) continue;
      visit(index);
      if (!wanted_[slot(index)]) grads_[slot(index)] = Tensor();
    }
  } catch (...) {
    mark_lost(index);
    throw;
  }
}

// Every node that reads this one stands above it, so its gradient is complete. Its rule passes it on.
void Sweep::visit(int64_t index) {
  Node& node = state_.nodes[index];
  const Tensor& g = grads_[slot(index)];
  Mode& mode = state_.mode;
  if (mode.tracing) trace_visit(index, index == last_, g);
  unsigned needed = 0;
  for (int i = 0; i < node.n_inputs; ++i) {
    if (is_reached(node.inputs[static_cast<size_t>(i)])) needed |= 1u << i;
  }
  if (needed == 0) return;
  check_saved(node);
  mode.origin = index;
  mode.sweep = node.sweep + 1;
  Vjp rule(*this, node, needed);
  const auto vjp = node.op->vjp_fast && !options_.create_graph ? node.op->vjp_fast : node.op->vjp;
  vjp(node.attributes.data(), rule, g);
  if (!options_.retain_graph && index >= mode.mark) node.release_saved();
  if (mode.tracing) trace_visit_end();
}

void Sweep::accumulate(const Node& node, int i, Tensor gradient) {
  const int64_t index = node.inputs[static_cast<size_t>(i)];
  const Node& input = state_.nodes[index];
  if (!gradient.defined() || gradient.dtype() != input.dtype) refuse_gradient(node, i, gradient, input);
  if (gradient.shape() != input.shape) gradient = sum_back(node, i, gradient, input);
  Tensor& sum = grads_[slot(index)];
  if (!sum.defined()) {
    sum = gradient;
  } else if (may_change(index)) {
    add_to(sum, gradient);
  } else {
    sum = add(sum, gradient);
  }
  if (state_.mode.tracing) trace_give(i, gradient, sum);
}

// What a sweep that fails has used already, the next one misses.
void Sweep::mark_lost(int64_t failed) {
  for (int64_t index = failed + 1; index <= last_; ++index) {
    Node& node = state_.nodes[index];
    if (reached_[slot(index)] && node.state == Node::Saved::released) node.state = Node::Saved::lost;
  }
}

}  // namespace gradzoo
