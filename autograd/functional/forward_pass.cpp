#include "autograd/functional/forward_pass.h"

#include <algorithm>
#include <span>

#include "autograd/functional/functional_scope.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/trace.h"

namespace gradzoo {
namespace {

void accumulate(Tensor& sum, const Tensor& term) {
  if (!term.defined()) return;
  sum = sum.defined() ? add(sum, term) : term;
}

}  // namespace

ForwardPass::ForwardPass(const Tensor& x, const Tensor& y, Carries what, bool create_graph)
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

ForwardPass::Rows ForwardPass::run(const Tensor& directions) {
  if (between_.empty() || keeps_jacobian_.front() == 0) return {};
  // What is recorded here may lie in a function that is itself carried forward: then its nodes are traced
  // too.
  const TraceScope tracing(create_graph_ && tape_state().mode.tracing);
  directions_ = directions.dim(0);
  rows_.front() = directions;
  for (int64_t index = first_ + 1; index <= last_; ++index) {
    if (between_[slot(index)]) step(index);
  }
  const Tensor& rows = rows_.back();
  if (!rows.defined()) return {};
  const auto quiet = quiet_unless(create_graph_);
  const int64_t end = rows.dim(0);
  Rows out;
  if (keeps_jacobian_.back() != 0) out.jacobian = slice(rows, 0, 0, directions_);
  if (has_laplacian(last_)) out.laplacian = slice(rows, 0, end - 1, end);
  return out;
}

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

bool ForwardPass::any_laplacian(const Node& node) const {
  for (int i = 0; i < node.n_inputs; ++i) {
    if (reaches(node, i) && has_laplacian(node.inputs[static_cast<size_t>(i)])) return true;
  }
  return false;
}

// The rows of an operand: J if it is kept, and L, also where it is 0.
Tensor ForwardPass::all_rows_of(const Node& node, int i) const {
  const int64_t input = node.inputs[static_cast<size_t>(i)];
  const Tensor& rows = rows_[slot(input)];
  if (has_laplacian(input)) return rows;
  Shape one = rows.shape();
  one.set(0, 1);
  return concat(rows, zeros(one, rows.dtype()), 0);
}

// The rows of an operand that this node reads: J if the node keeps it, and L if `with_laplacian`: at least
// one of them.
Tensor ForwardPass::rows_of(const Node& node, int i, bool with_laplacian) const {
  if (!with_laplacian) return rows_[slot(node.inputs[static_cast<size_t>(i)])];
  const Tensor rows = all_rows_of(node, i);
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
  for (int i = 0; i < node.n_inputs; ++i) {
    if (((node.op->constants >> i) & 1u) != 0 && reaches(node, i)) {
      throw Error(
          "laplacian: {} with an operand {} depending on x has no forward rule. Hint: set method = reverse",
          node.op->name, i);
    }
  }
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
  throw Error("laplacian: {} has no forward rule. Hint: set method = reverse", node.op->name);
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

// Adds to L, the last of the rows, the term that comes from the node's own second derivatives (of the node's
// shape).
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
  const bool with_laplacian = any_laplacian(node);
  const int64_t k = (keeps_ ? directions_ : 0) + (with_laplacian ? 1 : 0);
  if (k == 0) return {};
  const auto quiet = quiet_unless(create_graph_);
  std::array<Tensor, kMaxInputs> rows;
  for (int i = 0; i < node.n_inputs; ++i) {
    const auto at = static_cast<size_t>(i);
    const Tensor& in = operands_[at];
    const Shape lifted = in.shape().insert(0, k);
    if (node.op->roles[i] != Role::value) {
      rows[at] = in;  // all rows share an index or mask
      continue;
    }
    rows[at] =
        reaches(node, i) ? broadcast_to(rows_of(node, i, with_laplacian), lifted) : zeros(lifted, in.dtype());
    if (node.n_inputs > 1) rows[at] = aligned(node, rows[at]);
  }
  return apply_to(node, rows, k);
}

Tensor ForwardPass::bilinear(const Node& node) {
  const auto quiet = quiet_unless(create_graph_);
  std::array<Tensor, kMaxInputs> operands = operands_;
  if (node.n_inputs > 2) operands[2] = zeros_like(operands[2]);  // it is added, and constant in x
  const bool bends = with_laplacian_ && reaches(node, 0) && reaches(node, 1);
  const bool with_laplacian = bends || any_laplacian(node);
  Tensor out;
  for (int i = 0; i < 2 && (keeps_ || with_laplacian); ++i) {
    if (!reaches(node, i)) continue;
    std::array<Tensor, kMaxInputs> varied = operands;
    Tensor& rows = varied[static_cast<size_t>(i)];
    rows = aligned(node, rows_of(node, i, with_laplacian));
    accumulate(out, apply_to(node, varied, rows.dim(0)));
  }
  if (!bends) return out;
  operands[0] = jacobian_of(node, 0);
  operands[1] = jacobian_of(node, 1);
  return plus_curvature(out, mul(sum(apply_to(node, operands, directions_), 0), 2.0));
}

Tensor ForwardPass::unary(const Node& node) {
  const Tensor& z = operands_[0];
  if (with_laplacian_ && node.op->slopes != nullptr) {
    const auto quiet = quiet_unless(create_graph_);
    return chain_laplacian(all_rows_of(node, 0), node.op->slopes(node.attributes.data(), z), keeps_);
  }
  const Tensor one = ones_like(output_);
  const Tensor f1 = grad(output_, z, {.grad_output = one, .create_graph = true});
  Tensor f2;
  if (with_laplacian_ && is_tracked(f1))
    f2 = grad(f1, z, {.grad_output = one, .create_graph = create_graph_, .retain_graph = true});
  const auto quiet = quiet_unless(create_graph_);
  if (f2.defined()) {
    const Tensor slopes = concat(unsqueeze(f1, 0), unsqueeze(f2, 0), 0);
    return chain_laplacian(all_rows_of(node, 0), slopes, keeps_);
  }
  const bool with_laplacian = any_laplacian(node);
  return keeps_ || with_laplacian ? mul(rows_of(node, 0, with_laplacian), f1) : Tensor();
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
      const auto quiet = quiet_unless(create_graph_);
      accumulate(out, mul(aligned(node, rows_of(node, i, with_laplacian_)), f_i));
    }
    for (int j = 0; j < node.n_inputs && with_laplacian_ && is_tracked(f_i); ++j) {
      if (!reaches(node, j)) continue;
      const Tensor f_ij = grad(f_i, operands[static_cast<size_t>(j)],
                               {.grad_output = one, .create_graph = create_graph_, .retain_graph = true});
      const auto quiet = quiet_unless(create_graph_);
      accumulate(curvature, mul(f_ij, sum(mul(jacobian_of(node, i), jacobian_of(node, j)), 0)));
    }
  }
  const auto quiet = quiet_unless(create_graph_);
  return plus_curvature(out, curvature);
}

}  // namespace gradzoo
