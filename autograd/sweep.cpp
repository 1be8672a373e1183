#include "autograd/sweep.h"

#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/ops.h"
#include "autograd/trace.h"

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

}  // namespace

const Shape& Vjp::shape(int i) const {
  if (node_.inputs[static_cast<size_t>(i)] < 0) {
    throw Error(
        "{}: its vjp asks for the shape of input {}, which wants no gradient. Hint: ask needs({}) first",
        node_.op->name, i, i);
  }
  return tape_state().nodes[node_.inputs[static_cast<size_t>(i)]].shape;
}

const Tensor& Vjp::saved(int slot) const {
  const Tensor& t = node_.saved[static_cast<size_t>(slot)];
  if (!t.defined())
    throw Error("{}: its vjp reads what it did not save. Hint: list it in `saves`", node_.op->name);
  return t;
}

void Vjp::give(int i, Tensor gradient) { sweep_.accumulate(node_, i, std::move(gradient)); }

void Vjp::give_applied(int i, const OpInfo& info, const void* op, Inputs in) {
  sweep_.accumulate_applied(node_, i, info, op, in);
}

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
  Mode& mode = state_.mode;
  mode.recording = create_graph_;
  for (int64_t index = last_; index >= first_; --index) {
    if (!grads_[slot(index)].defined() || !reached_[slot(index)]) continue;
    if (mode.tracing) trace_visit(index, index == last_, grads_[slot(index)]);
    try {
      visit(index, state_.nodes[index]);
    } catch (...) {
      mark_lost(index);
      throw;
    }
    if (mode.tracing) trace_visit_end();
    if (!wanted_[slot(index)]) grads_[slot(index)] = Tensor();
  }
}

void Sweep::visit(int64_t index, Node& node) {
  unsigned needed = 0;
  for (int i = 0; i < node.n_inputs; ++i) {
    if (is_reached(node.inputs[static_cast<size_t>(i)])) needed |= 1u << i;
  }
  if (needed == 0) return;
  check_saved(node);
  state_.mode.origin = index;
  state_.mode.sweep = node.sweep + 1;
  Vjp rule(*this, node, needed);
  const Tensor& g = grads_[slot(index)];
  const auto vjp = node.op->vjp_fast && !create_graph_ ? node.op->vjp_fast : node.op->vjp;
  vjp(node.attributes.data(), rule, g);
  if (!retain_graph_ && index >= state_.mode.mark) {
    node.saved.fill(Tensor());
    node.state = Node::Saved::released;
  }
}

// What a sweep that fails has used already, the next one misses.
void Sweep::mark_lost(int64_t failed) {
  for (int64_t index = failed + 1; index <= last_; ++index) {
    Node& node = state_.nodes[index];
    if (reached_[slot(index)] && node.state == Node::Saved::released) node.state = Node::Saved::lost;
  }
}

void Sweep::check_saved(const Node& node) const {
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

// Whether nothing else sees the sum at a node.
bool Sweep::may_change(int64_t index) const {
  if (in_place_[slot(index)]) return true;
  const Tensor::Impl& sum = *grads_[slot(index)].impl();
  return !create_graph_ && sum.refs.count() == 1 && sum.storage->refs.count() == 1;
}

// Whether an op's output is all of what an input's gradient is summed from, without a sum over broadcast
// axes.
bool Sweep::fits(const Node& input, const OpInfo& info, const void* op, Inputs in) const {
  for (int i = 0; i < in.size(); ++i) {
    if (!in[i].defined() || (info.roles[i] == Role::value && in[i].dtype() != input.dtype)) return false;
  }
  return info.forward && info.shape(op, in) == input.shape;
}

void Sweep::accumulate_applied(const Node& node, int i, const OpInfo& info, const void* op, Inputs in) {
  const int64_t index = node.inputs[static_cast<size_t>(i)];
  if (!is_reached(index)) return;
  Tensor& sum = grads_[slot(index)];
  const bool in_place = !create_graph_ && !state_.mode.tracing && fits(state_.nodes[index], info, op, in);
  if (in_place && sum.defined() && info.accumulate && may_change(index)) return info.accumulate(op, in, sum);
  Tensor buffer;
  if (in_place && !sum.defined() && to_buffers_) buffer = empty_buffer(state_.nodes, index);
  if (!buffer.defined()) return accumulate(node, i, detail::run(info, op, in));
  info.forward(op, in, buffer);
  in_place_[slot(index)] = true;
  sum = std::move(buffer);
}

void Sweep::accumulate(const Node& node, int i, Tensor gradient) {
  const int64_t index = node.inputs[static_cast<size_t>(i)];
  if (!is_reached(index)) return;  // a rule may give more than was needed
  const Node& input = state_.nodes[index];
  if (!gradient.defined() || gradient.dtype() != input.dtype) {
    throw Error("{}: its vjp gave {} for input {} of {}. Hint: give the input's dtype", node.op->name,
                gradient.defined() ? dtype_name(gradient.dtype()) : "nothing", i, dtype_name(input.dtype));
  }
  if (gradient.shape() != input.shape) {
    if (broadcast_shapes(gradient.shape(), input.shape, node.op->name) != gradient.shape()) {
      throw Error(
          "{}: its vjp gave {} for input {} of {}. Hint: give the input's shape, or one it broadcasts to",
          node.op->name, gradient.shape().str(), i, input.shape.str());
    }
    gradient = sum_to(gradient, input.shape);
  }
  Tensor& sum = grads_[slot(index)];
  if (!sum.defined()) {
    sum = gradient;
  } else if (may_change(index)) {
    visit_floating(sum.dtype(), [&]<class T>() {
      kernels::add_to(gradient.data<T>(), sum.mutable_data<T>(), sum.size());
    });
  } else {
    sum = add(sum, gradient);
  }
  if (state_.mode.tracing) trace_give(i, gradient, sum);
}

}  // namespace gradzoo
