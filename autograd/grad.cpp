#include "autograd/grad.h"

#include <algorithm>

#include "autograd/kernels/elementwise.h"
#include "autograd/kernels/gemm.h"
#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/trace.h"

namespace gradzoo {

/// One reverse sweep, from node `last` down to node `first`. Its gradients live here: sweeps never mix.
class Sweep {
 public:
  Sweep(int64_t first, int64_t last, bool create_graph, bool retain_graph)
      : state_(tape_state()),
        first_(first),
        last_(last),
        create_graph_(create_graph),
        retain_graph_(retain_graph),
        grads_(count()),
        wanted_(count()),
        reached_(count()),
        in_place_(count()) {}

  void want(int64_t index) { wanted_[slot(index)] = true; }
  /// Lets the first product that a leaf is given be computed where its gradient is to stand.
  void compute_in_buffers() { to_buffers_ = true; }
  void run(Tensor seed);
  /// The gradient of a wanted node after run(); undefined where y does not reach it.
  const Tensor& gradient(int64_t index) const { return grads_[slot(index)]; }

  /// Called by a rule, through Vjp: the gradient that the running node contributes to its input i.
  void accumulate(const Node& node, int i, Tensor gradient);
  void accumulate_product(const Node& node, int i, const Tensor& a, const Tensor& b, bool transpose_a,
                          bool transpose_b);

 private:
  size_t count() const { return static_cast<size_t>(last_ - first_ + 1); }
  size_t slot(int64_t index) const { return static_cast<size_t>(index - first_); }
  bool is_reached(int64_t index) const { return index >= first_ && reached_[slot(index)]; }
  void mark_reached();
  void visit(int64_t index, Node& node);
  void check_saved(const Node& node) const;
  bool may_change(int64_t index) const;

  TapeState& state_;
  int64_t first_, last_;
  bool create_graph_, retain_graph_, to_buffers_ = false;
  Tensors grads_;
  std::vector<char, PoolAllocator<char>> wanted_, reached_;  // reached: a wanted node lies at or below
  std::vector<char, PoolAllocator<char>> in_place_;          // the sum stands in the leaf's own buffer
};

// An empty gradient's buffer, to store into; undefined where there is none.
static Tensor empty_buffer(const Node& node) {
  if (node.op != &leaf_info()) return {};
  const Tensor::Impl& leaf = *node.leaf().impl();
  return leaf.grad_is_empty ? leaf.grad : Tensor();
}

const Shape& Vjp::shape(int i) const {
  return tape_state().nodes[node_.inputs[static_cast<size_t>(i)]].shape;
}

const Tensor& Vjp::saved(int slot) const {
  const Tensor& t = node_.saved[static_cast<size_t>(slot)];
  if (!t.defined())
    throw Error("{}: its vjp reads what it did not save. Hint: list it in `saves`", node_.op->name);
  return t;
}

void Vjp::give(int i, Tensor gradient) { sweep_.accumulate(node_, i, std::move(gradient)); }

void Vjp::give_product(int i, const Tensor& a, const Tensor& b, bool transpose_a, bool transpose_b) {
  sweep_.accumulate_product(node_, i, a, b, transpose_a, transpose_b);
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
    visit(index, state_.nodes[index]);
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
    node.released = true;
  }
}

void Sweep::check_saved(const Node& node) const {
  if (node.released) {
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
  return !create_graph_ && sum.refs == 1 && sum.storage->refs == 1;
}

void Sweep::accumulate_product(const Node& node, int i, const Tensor& a, const Tensor& b, bool transpose_a,
                               bool transpose_b) {
  const int64_t index = node.inputs[static_cast<size_t>(i)];
  if (!is_reached(index)) return;
  Tensor& sum = grads_[slot(index)];
  const bool first = !sum.defined();
  Tensor target = sum;
  if (first && to_buffers_) target = empty_buffer(state_.nodes[index]);
  if (create_graph_ || state_.mode.tracing || !target.defined() || (!first && !may_change(index)))
    return accumulate(node, i, matmul(a, b, transpose_a, transpose_b));
  const int64_t m = a.shape()[transpose_a ? 1 : 0], k = a.shape()[transpose_a ? 0 : 1];
  const int64_t n = b.shape()[transpose_b ? 0 : 1];
  visit_floating(target.dtype(), [&]<class T>() {
    kernels::gemm(transpose_a, transpose_b, m, n, k, a.data<T>(), b.data<T>(), first ? T{0} : T{1},
                  target.mutable_data<T>());
  });
  if (!first) return;
  in_place_[slot(index)] = true;
  sum = std::move(target);
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
  throw Error(
      "grad: y {} was never recorded. Hint: compute it under a Tape from a tensor with requires_grad_()",
      y.label());
}

// A leaf that the sweep never met counts as unused; what neither wants grad nor was recorded is an error.
int64_t wanted_index(const Tensor& x, size_t i) {
  const int64_t index = recorded_index(x, "an input");
  if (index >= 0 || x.is_leaf()) return index;
  throw Error("grad: input {} {} was never recorded. Hint: requires_grad_() before it is used", i, x.label());
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
  return gradients(y, xs, options, false);
}

Tensor grad(const Tensor& y, const Tensor& x, const GradOptions& options) {
  return grad(y, std::span(&x, 1), options)[0];
}

void backward(const Tensor& loss, std::span<const Tensor> params, const BackwardOptions& options) {
  for (const Tensor& p : params) {
    if (!p.defined() || !p.is_leaf()) {
      throw Error(
          "backward: a parameter is not a leaf. Hint: requires_grad_() before it is used, or grad() for "
          "results");
    }
  }
  const Tensors grads = gradients(
      loss, params, {.grad_output = options.grad_output, .retain_graph = options.retain_graph}, true);
  for (size_t i = 0; i < params.size(); ++i) write_gradient(params[i], grads[i]);
}

void backward(const Tensor& loss, const BackwardOptions& options) {
  const int64_t root = root_index(loss);
  Tensor seed = seed_of(loss, options.grad_output);
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
