#include "autograd/forward_rules.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "autograd/functional_scope.h"
#include "autograd/grad.h"
#include "autograd/op.h"
#include "autograd/ops.h"
#include "autograd/trace.h"

namespace gradzoo {
namespace {

/// What is carried for a node of shape S: undefined where it is zero.
struct Carried {
  Tensor jacobian;   // (K, ...S); the batch axis may be 1 while every row has the same
  Tensor laplacian;  // S
};

// Of the nodes from x's to y's, those that lie on a way from x to y; empty where there is no way.
std::vector<char, PoolAllocator<char>> nodes_between(const Tensor& x, const Tensor& y) {
  if (!is_alive(x.impl()->record) || !is_alive(y.impl()->record)) return {};
  NodeList& nodes = tape_state().nodes;
  const int64_t first = x.impl()->record.index, last = y.impl()->record.index;
  if (last < first) return {};
  const auto slot = [&](int64_t index) { return static_cast<size_t>(index - first); };
  std::vector<char, PoolAllocator<char>> reached(slot(last) + 1), between(slot(last) + 1);
  reached[0] = between[slot(last)] = 1;
  const auto for_inputs = [&](const Node& node, auto&& visit) {
    for (int i = 0; i < node.n_inputs; ++i) {
      const int64_t input = node.inputs[static_cast<size_t>(i)];
      if (input >= first) visit(slot(input));
    }
  };
  for (int64_t index = first + 1; index <= last; ++index) {
    for_inputs(nodes[index], [&](size_t input) {
      if (reached[input]) reached[slot(index)] = 1;
    });
  }
  for (int64_t index = last; index > first; --index) {
    between[slot(index)] &= reached[slot(index)];
    if (between[slot(index)]) for_inputs(nodes[index], [&](size_t input) { between[input] = 1; });
  }
  return between;
}

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
  ForwardPass(const Tensor& x, const Tensor& y, bool with_laplacian, bool create_graph)
      : nodes_(tape_state().nodes),
        first_(x.impl()->record.index),
        last_(y.impl()->record.index),
        with_laplacian_(with_laplacian),
        create_graph_(create_graph),
        between_(nodes_between(x, y)),
        carried_(between_.size()) {}

  /// Carries the directions e_begin .. e_(begin+k-1) of x (B,d) to y.
  Carried run(const Tensor& x, int64_t begin, int64_t k) {
    if (between_.empty()) return {};
    const TraceScope no_trace(false);
    carried_[0].jacobian = reshape(eye(x.dim(1), x.dtype()).rows(begin, begin + k), {k, 1, x.dim(1)});
    for (int64_t index = first_ + 1; index <= last_; ++index) {
      if (between_[static_cast<size_t>(index - first_)]) step(index);
    }
    return at(last_);
  }

 private:
  Carried& at(int64_t index) { return carried_[static_cast<size_t>(index - first_)]; }
  bool reaches(const Node& node, int i) {
    const int64_t input = node.inputs[static_cast<size_t>(i)];
    return input >= first_ && at(input).jacobian.defined();
  }
  Carried& of(const Node& node, int i) { return at(node.inputs[static_cast<size_t>(i)]); }

  void step(int64_t index);
  void linear(const Node& node, Carried& out);
  void bilinear(const Node& node, Carried& out);
  void elementwise(const Node& node, Carried& out);
  Tensor apply_to(const Node& node, const std::array<Tensor, kMaxInputs>& operands, int64_t k) const;
  Tensor aligned(const Node& node, const Tensor& jacobian) const;

  NodeList& nodes_;
  int64_t first_, last_;
  bool with_laplacian_, create_graph_;
  std::array<Tensor, kMaxInputs> operands_;  // of the node at hand
  Tensor output_;
  std::vector<char, PoolAllocator<char>> between_;  // nodes to carry through
  std::vector<Carried, PoolAllocator<Carried>> carried_;
};

void ForwardPass::step(int64_t index) {
  const Node& node = nodes_[index];
  bool reached = false;
  for (int i = 0; i < node.n_inputs; ++i) reached = reached || reaches(node, i);
  if (!reached) return;
  operands_ = trace_of(index).inputs;
  output_ = trace_of(index).output;
  Carried& out = at(index);
  switch (node.op->kind) {
    case Kind::linear:
      return linear(node, out);
    case Kind::bilinear:
      return bilinear(node, out);
    case Kind::elementwise:
      return elementwise(node, out);
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

// Axes of size 1 behind the direction axis, so that the operand broadcasts under it as it did without.
Tensor ForwardPass::aligned(const Node& node, const Tensor& jacobian) const {
  Shape shape = jacobian.shape();
  while (shape.rank() < node.shape.rank() + 1) shape = shape.insert(1, 1);
  return shape == jacobian.shape() ? jacobian : reshape(jacobian, shape);
}

void ForwardPass::linear(const Node& node, Carried& out) {
  const std::optional<NoGrad> quiet = create_graph_ ? std::nullopt : std::optional<NoGrad>(std::in_place);
  std::array<Tensor, kMaxInputs> js, ls;
  int64_t k = 0;
  bool any_laplacian = false;
  for (int i = 0; i < node.n_inputs; ++i) {
    if (!reaches(node, i)) continue;
    k = of(node, i).jacobian.dim(0);
    any_laplacian = any_laplacian || of(node, i).laplacian.defined();
  }
  for (int i = 0; i < node.n_inputs; ++i) {
    const auto slot = static_cast<size_t>(i);
    const Tensor& in = operands_[slot];
    const Shape lifted = in.shape().insert(0, k);
    if (node.op->roles[i] != Role::value) {
      js[slot] = in.rank() == output_.rank() ? stack_copies(in, k) : in;
      ls[slot] = in;
      continue;
    }
    js[slot] = reaches(node, i) ? broadcast_to(of(node, i).jacobian, lifted) : zeros(lifted, in.dtype());
    if (node.n_inputs > 1) js[slot] = aligned(node, js[slot]);
    ls[slot] = reaches(node, i) && of(node, i).laplacian.defined() ? of(node, i).laplacian : zeros_like(in);
  }
  out.jacobian = apply_to(node, js, k);
  if (any_laplacian) out.laplacian = apply_to(node, ls, 0);
}

void ForwardPass::bilinear(const Node& node, Carried& out) {
  const std::optional<NoGrad> quiet = create_graph_ ? std::nullopt : std::optional<NoGrad>(std::in_place);
  std::array<Tensor, kMaxInputs> operands = operands_;
  if (node.n_inputs > 2) operands[2] = zeros_like(operands[2]);  // a bias: constant in x
  if (node.n_inputs > 2 && reaches(node, 2)) {
    throw Error(
        fmt::format("laplacian: {} with a bias that depends on x has no forward rule. Hint: method = reverse",
                    node.op->name));
  }
  for (size_t i = 0; i < 2; ++i) {
    if (!reaches(node, static_cast<int>(i))) continue;
    const Carried& in = of(node, static_cast<int>(i));
    std::array<Tensor, kMaxInputs> varied = operands;
    varied[i] = aligned(node, in.jacobian);
    accumulate(out.jacobian, apply_to(node, varied, in.jacobian.dim(0)));
    if (!in.laplacian.defined()) continue;
    varied[i] = in.laplacian;
    accumulate(out.laplacian, apply_to(node, varied, 0));
  }
  if (!with_laplacian_ || !reaches(node, 0) || !reaches(node, 1)) return;
  operands[0] = aligned(node, of(node, 0).jacobian);
  operands[1] = aligned(node, of(node, 1).jacobian);
  accumulate(out.laplacian, mul(sum(apply_to(node, operands, operands[0].dim(0)), 0), 2.0));
}

void ForwardPass::elementwise(const Node& node, Carried& out) {
  // Partial derivatives want operands that reach the output by this op alone, and before any sum over
  // broadcast axes: so with more than one operand the op is applied again, to fresh nodes of the output's
  // shape.
  std::array<Tensor, kMaxInputs> operands = operands_;
  Tensor output = output_;
  if (node.n_inputs > 1) {
    for (int i = 0; i < node.n_inputs; ++i) {
      Tensor& operand = operands[static_cast<size_t>(i)];
      if (reaches(node, i))
        operand = operand.shape() == node.shape ? add(operand, 0.0) : broadcast_to(operand, node.shape);
    }
    output = apply_to(node, operands, 0);
  }

  const Tensor one = ones_like(output);
  for (int i = 0; i < node.n_inputs; ++i) {
    if (!reaches(node, i)) continue;
    const auto slot = static_cast<size_t>(i);
    const Tensor f_i = grad(output, operands[slot], {.grad_output = one, .create_graph = true});
    const Carried& in = of(node, i);
    {
      const std::optional<NoGrad> quiet = create_graph_ ? std::nullopt : std::optional<NoGrad>(std::in_place);
      accumulate(out.jacobian, mul(aligned(node, in.jacobian), f_i));
      if (in.laplacian.defined()) accumulate(out.laplacian, mul(f_i, in.laplacian));
    }
    for (int j = 0; j < node.n_inputs && with_laplacian_ && is_tracked(f_i); ++j) {
      if (!reaches(node, j)) continue;
      const Tensor f_ij = grad(f_i, operands[static_cast<size_t>(j)],
                               {.grad_output = one, .create_graph = create_graph_, .retain_graph = true});
      const std::optional<NoGrad> quiet = create_graph_ ? std::nullopt : std::optional<NoGrad>(std::in_place);
      const Tensor j_i = aligned(node, in.jacobian);
      const Tensor products = i == j ? square(j_i) : mul(j_i, aligned(node, of(node, j).jacobian));
      accumulate(out.laplacian, mul(f_ij, sum(products, 0)));
    }
  }
}

}  // namespace

const OpInfo* find_op_between(const Tensor& x, const Tensor& y, FunctionRef<bool(const OpInfo&)> wanted) {
  const auto between = nodes_between(x, y);
  for (size_t i = 1; i < between.size(); ++i) {
    const OpInfo& op = *tape_state().nodes[x.impl()->record.index + static_cast<int64_t>(i)].op;
    if (between[i] && wanted(op)) return &op;
  }
  return nullptr;
}

bool has_forward_rules(const Tensor& x, const Tensor& y) {
  return !find_op_between(x, y, [](const OpInfo& op) { return op.kind == Kind::other; });
}

Tensor forward_laplacian(const Tensor& x, const Tensor& y, int64_t begin, int64_t k, bool create_graph) {
  const Carried out = ForwardPass(x, y, true, create_graph).run(x, begin, k);
  return out.laplacian.defined() ? broadcast_to(out.laplacian, y.shape()) : zeros_like(y);
}

Tensor forward_divergence(const Tensor& x, const Tensor& y, int64_t begin, int64_t k, bool create_graph) {
  const Carried out = ForwardPass(x, y, false, create_graph).run(x, begin, k);
  if (!out.jacobian.defined()) return zeros({x.dim(0)}, x.dtype());
  const std::optional<NoGrad> quiet = create_graph ? std::nullopt : std::optional<NoGrad>(std::in_place);
  const Tensor basis = reshape(eye(x.dim(1), x.dtype()).rows(begin, begin + k), {k, 1, x.dim(1)});
  return broadcast_to(sum(sum(mul(out.jacobian, basis), 2), 0), {x.dim(0)});
}

}  // namespace gradzoo
