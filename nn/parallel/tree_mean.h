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
  void add_across(std::vector<Tensor>& values);

  struct Pair {
    int64_t into, from;
  };
  int64_t parts_, mine_, first_;
  Processes& processes_;
  std::vector<Pair> here_, across_;             // by the tree: within this process, and between processes
  std::vector<std::vector<int64_t>> subtrees_;  // where those begin that each process adds up alone
};

/// How many parts each process has. Throws Error where they do not divide them.
int64_t parts_of_each(int64_t parts, const Processes& processes);

/// A tensor's values, to write.
std::span<std::byte> bytes_of(Tensor& tensor);

}  // namespace gradzoo
