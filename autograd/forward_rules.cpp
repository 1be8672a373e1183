#include "autograd/forward_rules.h"

#include <algorithm>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "autograd/functional_scope.h"
#include "autograd/grad.h"
#include "autograd/nodes_between.h"
#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/trace.h"

namespace gradzoo {
namespace {

void accumulate(Tensor& sum, const Tensor& term) {
  if (!term.defined()) return;
  sum = sum.defined() ? add(sum, term) : term;
}

// k copies of an index or mask in front: values of no arithmetic, so not an op.
Tensor stack_copies(const Tensor& t, int64_t k) {
  Tensor out = empty(t.shape().insert(0, k), t.dtype());
  visit_any(t.dtype(), [&]<class T>() {
    T* values = out.mutable_data<T>();
    for (int64_t i = 0; i < k; ++i) std::copy_n(t.data<T>(), t.size(), values + i * t.size());
  });
  return out;
}

class ForwardPass {
 public:
  /// What is carried: the rows of J alone, or with L; J to the end, or no further than L needs it.
  struct Carries {
    bool laplacian, jacobian_to_y;
  };

  ForwardPass(const Tensor& x, const Tensor& y, Carries what, bool create_graph)
      : nodes_(tape_state().nodes),
        first_(x.impl()->record.index),
        last_(y.impl()->record.index),
        with_laplacian_(what.laplacian),
        create_graph_(create_graph),
        between_(nodes_between(x, y)),
        keeps_jacobian_(between_.size()),
        rows_(between_.size()) {
    if (!between_.empty()) mark_jacobians(what.jacobian_to_y);
  }

  /// Carries the directions e_begin .. e_(begin+k-1) of x (B,d) to y: y's rows, undefined where y does not
  /// depend on x.
  Tensor run(const Tensor& x, int64_t begin, int64_t k) {
    if (between_.empty()) return {};
    const TraceScope no_trace(false);
    directions_ = k;
    rows_[0] = first_rows(x, begin);
    for (int64_t index = first_ + 1; index <= last_; ++index) {
      if (between_[slot(index)]) step(index);
    }
    return rows_.back();
  }

 private:
  size_t slot(int64_t index) const { return static_cast<size_t>(index - first_); }
  bool reaches(const Node& node, int i) {
    const int64_t input = node.inputs[static_cast<size_t>(i)];
    return input >= first_ && between_[slot(input)] && rows_[slot(input)].defined();
  }
  std::optional<NoGrad> unless_recorded() const {
    return create_graph_ ? std::nullopt : std::optional<NoGrad>(std::in_place);
  }

  void mark_jacobians(bool to_y);
  Tensor first_rows(const Tensor& x, int64_t begin) const;
  Tensor rows_of(const Node& node, int i) const;
  Tensor jacobian_of(const Node& node, int i) const;
  void step(int64_t index);
  Tensor linear(const Node& node);
  Tensor bilinear(const Node& node);
  Tensor elementwise(const Node& node);
  Tensor unary(const Node& node);
  Tensor plus_curvature(const Tensor& rows, const Tensor& curvature) const;
  Tensor apply_to(const Node& node, const std::array<Tensor, kMaxInputs>& operands, int64_t k) const;
  Tensor aligned(const Node& node, const Tensor& rows) const;

  NodeList& nodes_;
  int64_t first_, last_, directions_ = 0;
  bool with_laplacian_, create_graph_;
  bool keeps_ = false;                       // J, for the node at hand
  std::array<Tensor, kMaxInputs> operands_;  // of the node at hand
  Tensor output_;
  NodeMask between_;         // nodes to carry through
  NodeMask keeps_jacobian_;  // of those, where something further on reads J
  Tensors
      rows_;  // (K+1, ...S) a node, or (1, ...S) without J; leading axes of S may be 1 while all share them
};

void ForwardPass::mark_jacobians(bool to_y) {
  keeps_jacobian_.back() = to_y || !with_laplacian_;
  for (int64_t index = last_; index > first_; --index) {
    const Node& node = nodes_[index];
    if (!between_[slot(index)]) continue;
    const auto depends_on_x = [&](int64_t input) { return input >= first_ && between_[slot(input)]; };
    const auto inputs = std::span(node.inputs).first(static_cast<size_t>(node.n_inputs));
    // A bilinear op bends where x reaches both its operands.
    const auto least = node.op->kind == Kind::bilinear ? 2 : 1;
    const bool bends = with_laplacian_ && node.op->kind != Kind::linear &&
                       std::ranges::count_if(inputs, depends_on_x) >= least;
    if (!bends && !keeps_jacobian_[slot(index)]) continue;
    for (const int64_t input : inputs) {
      if (depends_on_x(input)) keeps_jacobian_[slot(input)] = 1;
    }
  }
}

// The identity's rows, and L = 0: (K+1, 1, d).
Tensor ForwardPass::first_rows(const Tensor& x, int64_t begin) const {
  const int64_t k = directions_, d = x.dim(1);
  Tensor rows = zeros({k + (with_laplacian_ ? 1 : 0), 1, d}, x.dtype());
  visit_floating(x.dtype(), [&]<class T>() {
    T* values = rows.mutable_data<T>();
    for (int64_t i = 0; i < k; ++i) values[i * d + begin + i] = T{1};
  });
  return rows;
}

// Of an operand, as many as the node at hand keeps.
Tensor ForwardPass::rows_of(const Node& node, int i) const {
  const Tensor& rows = rows_[slot(node.inputs[static_cast<size_t>(i)])];
  const int64_t count = rows.dim(0);
  return keeps_ || count == 1 ? rows : slice(rows, 0, count - 1, count);
}

Tensor ForwardPass::jacobian_of(const Node& node, int i) const {
  return slice(aligned(node, rows_[slot(node.inputs[static_cast<size_t>(i)])]), 0, 0, directions_);
}

void ForwardPass::step(int64_t index) {
  const Node& node = nodes_[index];
  bool reached = false;
  for (int i = 0; i < node.n_inputs; ++i) reached = reached || reaches(node, i);
  if (!reached) return;
  operands_ = trace_of(index).inputs;
  output_ = trace_of(index).output;
  keeps_ = keeps_jacobian_[slot(index)] != 0;
  Tensor& out = rows_[slot(index)];
  switch (node.op->kind) {
    case Kind::linear:
      out = linear(node);
      return;
    case Kind::bilinear:
      out = bilinear(node);
      return;
    case Kind::elementwise:
      out = node.n_inputs == 1 ? unary(node) : elementwise(node);
      return;
    case Kind::other:
      break;
  }
  throw Error(fmt::format("laplacian: {} has no forward rule. Hint: method = reverse", node.op->name));
}

Tensor ForwardPass::apply_to(const Node& node, const std::array<Tensor, kMaxInputs>& operands,
                             int64_t k) const {
  const Tensor* pointers[kMaxInputs] = {&operands[0], &operands[1], &operands[2], &operands[3]};
  return node.op->reapply(node.attributes.data(), Inputs(pointers, node.n_inputs), k);
}

// Axes of size 1 behind the stacking axis, so that the rows broadcast under it as the operand did without.
Tensor ForwardPass::aligned(const Node& node, const Tensor& rows) const {
  Shape shape = rows.shape();
  while (shape.rank() < node.shape.rank() + 1) shape = shape.insert(1, 1);
  return shape == rows.shape() ? rows : reshape(rows, shape);
}

// The last of the rows, L, and what the node bends by itself (of the node's shape).
Tensor ForwardPass::plus_curvature(const Tensor& rows, const Tensor& curvature) const {
  if (!curvature.defined()) return rows;
  const int64_t last = rows.dim(0) - 1;
  Tensor l = add(slice(rows, 0, last, last + 1), unsqueeze(curvature, 0));
  if (last == 0) return l;
  Shape shape = l.shape();
  shape.set(0, last);
  return concat(broadcast_to(slice(rows, 0, 0, last), shape), l, 0);
}

Tensor ForwardPass::linear(const Node& node) {
  const auto quiet = unless_recorded();
  std::array<Tensor, kMaxInputs> rows;
  int64_t k = 0;
  for (int i = 0; i < node.n_inputs; ++i) {
    if (reaches(node, i)) k = rows_of(node, i).dim(0);
  }
  for (int i = 0; i < node.n_inputs; ++i) {
    const auto at = static_cast<size_t>(i);
    const Tensor& in = operands_[at];
    const Shape lifted = in.shape().insert(0, k);
    if (node.op->roles[i] != Role::value) {
      rows[at] = in.rank() == output_.rank() ? stack_copies(in, k) : in;
      continue;
    }
    rows[at] = reaches(node, i) ? broadcast_to(rows_of(node, i), lifted) : zeros(lifted, in.dtype());
    if (node.n_inputs > 1) rows[at] = aligned(node, rows[at]);
  }
  return apply_to(node, rows, k);
}

Tensor ForwardPass::bilinear(const Node& node) {
  const auto quiet = unless_recorded();
  std::array<Tensor, kMaxInputs> operands = operands_;
  if (node.n_inputs > 2) operands[2] = zeros_like(operands[2]);  // a bias: constant in x
  if (node.n_inputs > 2 && reaches(node, 2)) {
    throw Error(
        fmt::format("laplacian: {} with a bias that depends on x has no forward rule. Hint: method = reverse",
                    node.op->name));
  }
  Tensor out;
  for (int i = 0; i < 2; ++i) {
    if (!reaches(node, i)) continue;
    std::array<Tensor, kMaxInputs> varied = operands;
    Tensor& rows = varied[static_cast<size_t>(i)];
    rows = aligned(node, rows_of(node, i));
    accumulate(out, apply_to(node, varied, rows.dim(0)));
  }
  if (!with_laplacian_ || !reaches(node, 0) || !reaches(node, 1)) return out;
  operands[0] = jacobian_of(node, 0);
  operands[1] = jacobian_of(node, 1);
  return plus_curvature(out, mul(sum(apply_to(node, operands, directions_), 0), 2.0));
}

Tensor ForwardPass::unary(const Node& node) {
  const Tensor& z = operands_[0];
  const Tensor one = ones_like(output_);
  const Tensor f1 = grad(output_, z, {.grad_output = one, .create_graph = true});
  Tensor f2;
  if (with_laplacian_ && is_tracked(f1))
    f2 = grad(f1, z, {.grad_output = one, .create_graph = create_graph_, .retain_graph = true});
  const auto quiet = unless_recorded();
  if (!f2.defined()) return mul(rows_of(node, 0), f1);
  return chain_laplacian(rows_[slot(node.inputs[0])], f1, f2, keeps_);
}

Tensor ForwardPass::elementwise(const Node& node) {
  // Partial derivatives want operands that reach the output by this op alone, and before any sum over
  // broadcast axes: so the op is applied again, to fresh nodes of the output's shape.
  std::array<Tensor, kMaxInputs> operands = operands_;
  for (int i = 0; i < node.n_inputs; ++i) {
    Tensor& operand = operands[static_cast<size_t>(i)];
    if (reaches(node, i))
      operand = operand.shape() == node.shape ? add(operand, 0.0) : broadcast_to(operand, node.shape);
  }
  const Tensor output = apply_to(node, operands, 0);
  const Tensor one = ones_like(output);
  Tensor out, curvature;
  for (int i = 0; i < node.n_inputs; ++i) {
    if (!reaches(node, i)) continue;
    const Tensor f_i =
        grad(output, operands[static_cast<size_t>(i)], {.grad_output = one, .create_graph = true});
    {
      const auto quiet = unless_recorded();
      accumulate(out, mul(aligned(node, rows_of(node, i)), f_i));
    }
    for (int j = 0; j < node.n_inputs && with_laplacian_ && is_tracked(f_i); ++j) {
      if (!reaches(node, j)) continue;
      const Tensor f_ij = grad(f_i, operands[static_cast<size_t>(j)],
                               {.grad_output = one, .create_graph = create_graph_, .retain_graph = true});
      const auto quiet = unless_recorded();
      accumulate(curvature, mul(f_ij, sum(mul(jacobian_of(node, i), jacobian_of(node, j)), 0)));
    }
  }
  const auto quiet = unless_recorded();
  return plus_curvature(out, curvature);
}

}  // namespace

bool has_forward_rules(const Tensor& x, const Tensor& y) {
  return !find_op_between(x, y, [](const OpInfo& op) { return op.kind == Kind::other; });
}

ForwardTerms forward_laplacian(const Tensor& x, const Tensor& y, int64_t begin, int64_t k, bool create_graph,
                               bool with_gradient) {
  ForwardPass pass(x, y, {.laplacian = true, .jacobian_to_y = with_gradient}, create_graph);
  const Tensor rows = pass.run(x, begin, k);  // (k+1, B) or (1, B)
  const int64_t b = x.dim(0);
  const std::optional<NoGrad> quiet = create_graph ? std::nullopt : std::optional<NoGrad>(std::in_place);
  ForwardTerms out;
  if (!rows.defined()) {
    out.laplacian = zeros_like(y);
    if (with_gradient) out.gradient = zeros({k, b}, x.dtype());
    return out;
  }
  const int64_t last = rows.dim(0) - 1;
  out.laplacian = broadcast_to(reshape(slice(rows, 0, last, last + 1), {rows.dim(1)}), {b});
  if (with_gradient) out.gradient = broadcast_to(slice(rows, 0, 0, k), {k, b});
  return out;
}

Tensor forward_divergence(const Tensor& x, const Tensor& y, int64_t begin, int64_t k, bool create_graph) {
  ForwardPass pass(x, y, {.laplacian = false, .jacobian_to_y = true}, create_graph);
  const Tensor rows = pass.run(x, begin, k);  // (k, B or 1, d)
  if (!rows.defined()) return zeros({x.dim(0)}, x.dtype());
  const std::optional<NoGrad> quiet = create_graph ? std::nullopt : std::optional<NoGrad>(std::in_place);
  const Tensor basis = reshape(eye(x.dim(1), x.dtype()).rows(begin, begin + k), {k, 1, x.dim(1)});
  return broadcast_to(sum(sum(mul(rows, basis), 2), 0), {x.dim(0)});
}

}  // namespace gradzoo
