#pragma once

#include <span>
#include <vector>

#include "gradzoo/autograd/op.h"

namespace gradzoo {

struct SweepOptions {
  bool create_graph = false;  // record what the rules compute
  bool retain_graph = false;  // keep what the nodes have saved
  bool to_buffers = false;    // compute gradients of leaves where they are to stand: sweep_in_place.cpp
};

/// One reverse sweep, from node `last` down to the first that is wanted. Its gradients live here: sweeps
/// never mix.
class Sweep {
 public:
  /// `wanted` are the nodes whose gradients the caller reads; -1 for what no op has met.
  Sweep(int64_t last, std::span<const int64_t> wanted, const SweepOptions& options);

  void run(Tensor seed);
  /// The gradient of a wanted node after run(); undefined where y does not reach it.
  Tensor gradient(int64_t index) const { return contains(index) ? grads_[slot(index)] : Tensor(); }

  /// Called by a rule, through Vjp: the gradient that the running node contributes to its input i.
  void accumulate(const Node& node, int i, Tensor gradient);
  /// The same of an op on operands, computed where the sum stands; false where that cannot be.
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
  Tensors grads_;                                            // a slot a node, first_ to last_
  std::vector<char, PoolAllocator<char>> wanted_, reached_;  // reached: a wanted node lies at or below
  std::vector<char, PoolAllocator<char>> in_place_;          // the sum stands in the leaf's own buffer
};

}  // namespace gradzoo
