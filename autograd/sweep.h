#pragma once

#include <vector>

#include "autograd/op.h"

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
  /// Lets the first gradient that a leaf is given as an op be computed where its gradient is to stand.
  void compute_in_buffers() { to_buffers_ = true; }
  void run(Tensor seed);
  /// The gradient of a wanted node after run(); undefined where y does not reach it.
  const Tensor& gradient(int64_t index) const { return grads_[slot(index)]; }

  /// Called by a rule, through Vjp: the gradient that the running node contributes to its input i.
  void accumulate(const Node& node, int i, Tensor gradient);
  /// The same as an op on operands, computed where the sum stands if that can be.
  void accumulate_applied(const Node& node, int i, const OpInfo& info, const void* op, Inputs in);

 private:
  size_t count() const { return static_cast<size_t>(last_ - first_ + 1); }
  size_t slot(int64_t index) const { return static_cast<size_t>(index - first_); }
  bool is_reached(int64_t index) const { return index >= first_ && reached_[slot(index)]; }
  void mark_reached();
  void visit(int64_t index, Node& node);
  void mark_lost(int64_t failed);
  void check_saved(const Node& node) const;
  bool may_change(int64_t index) const;
  bool fits(const Node& input, const OpInfo& info, const void* op, Inputs in) const;

  TapeState& state_;
  int64_t first_, last_;
  bool create_graph_, retain_graph_, to_buffers_ = false;
  Tensors grads_;
  std::vector<char, PoolAllocator<char>> wanted_, reached_;  // reached: a wanted node lies at or below
  std::vector<char, PoolAllocator<char>> in_place_;          // the sum stands in the leaf's own buffer
};

}  // namespace gradzoo
