#pragma once

#include <cstdint>
#include <vector>

#include "autograd/tensor.h"
#include "nn/parallel/processes.h"

namespace gradzoo {

/// The mean of equal parts' values, added in the order of a binary tree over all parts: neighbours first,
/// then sums of neighbours. Each process has a range of consecutive parts. It sends what it can add up alone,
/// the whole subtrees in its range; so the bytes are the same however many processes there are.
class TreeMean {
 public:
  /// Throws Error where the processes do not divide the parts.
  TreeMean(int64_t parts, Processes& processes);

  int64_t parts() const { return parts_; }
  /// Those of this process: first() ... first() + mine() - 1.
  int64_t first() const { return first_; }
  int64_t mine() const { return mine_; }
  /// A collective call. `values`, of this process's parts, are used up; all of one floating dtype and shape.
  Tensor of(std::vector<Tensor>& values);

 private:
  // Where the subtrees begin that a process adds up alone.
  std::vector<int64_t> whole_subtrees(int64_t rank) const;
  template <class T>
  void add_by_exchange(std::vector<Tensor>& values);
  template <class T>
  void add_gathered(std::vector<T*>& nodes, int64_t n) const;

  int64_t parts_, mine_, first_;
  Processes& processes_;
  std::vector<std::vector<int64_t>> subtrees_;  // of each process
  std::vector<std::byte> sent_, received_;
};

}  // namespace gradzoo
