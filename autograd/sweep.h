#pragma once

#include <span>
#include <vector>

#include "gradzoo/autograd/op.h"

namespace gradzoo {

struct SweepOptions {
  bool create_graph = false;  // record what the rules compute
  bool retain_graph = false;  // keep what the nodes have saved
  bool to_buffers = false;    // compute leaves' gradients in their buffers: sweep_in_place.cpp
};

/// One reverse sweep, from node `last` down to the first node that is wanted. Each sweep stores its own
/// gradients, so sweeps never mix.
class Sweep {
 public:
  /// Prepares a sweep for the `wanted` nodes, whose gradients the caller reads; -1 is a leaf without a node.
  Sweep(int64_t last, std::span<const int64_t> wanted, const SweepOptions& options);

  void run(Tensor seed);
  /// Returns the gradient of a wanted node after run(); undefined if y does not depend on it.
  Tensor gradient(int64_t index) const { return contains(index) ? grads_[slot(index)] : Tensor(); }

  /// Adds the gradient that the running node contributes to its input i. Rules call it through Vjp.
  void accumulate(const Node& node, int i, Tensor gradient);
  /// Does the same for an op on operands, computed in the buffer of the sum; false if that is impossible.
  bool accumulate_in_place(const Node& node, int i, const OpInfo& info, const void* op, Inputs in);

 private:
  bool contains(int64_t index) const { return index >= first_ && index <= last_; }
  size_t slot(int64_t index) const { return static_cast<size_t>(index - first_); }
  bool is_reached(int64_t index) const { return index >= first_ && reached_[slot(index)]; }
  void mark_reached();
  void visit(int64_t index);
  void mark_lost(int64_t failed);
  bool may_change(int64_t index) const;

  TapeState& state_;
  int64_t first_, last_;
  SweepOptions options_;
  Tensors grads_;                                            // one slot per node, first_ to last_
  std::vector<char, PoolAllocator<char>> wanted_, reached_;  // reached: a wanted node is at or below it
  std::vector<char, PoolAllocator<char>> in_place_;          // the sum is in the leaf's own buffer
};

}  // namespace gradzoo
