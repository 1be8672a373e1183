#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "explain/story.h"
#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// Request for central differences on a tracing tape: the ops from `node` to `root` are computed again.
struct DifferenceQuestion {
  int64_t root = 0;  // index of the sweep's output on the thread's node list
  int64_t node = 0;  // index of the node whose value is moved
  Tensor seed;       // dL/d(root), with the root's shape
  int64_t most_elements = 16, most_ops = 20'000;
};

/// Central differences of L with respect to a node's value.
struct Differences {
  std::vector<double> quotients;  // one central difference per element
  /// Reason why the first bad element has no derivative: "at a kink: one-sided slopes 0 and 1", "at a jump,
  /// from 0 to 1", "outside the domain of log"; "" if all elements have one.
  std::string remark;
};

/// Moves each element of the node's value by ±h and computes the ops after the node again, always in f64. h
/// is 6e-6 max(|element|, 1e-3). Differences do not use the ops' gradient rules, so they check the sweep's
/// adjoint. Returns empty Differences if the node has more than `most_elements`, or the replay more than
/// `most_ops`.
Differences differences_of(const DifferenceQuestion& question);

/// Returns the differences of the sweep's output at a visit's node; they are also empty if that output is not
/// on the tape. All visits together take one or two seconds.
Differences differences_of(const Story& story, int64_t visit);

}  // namespace gradzoo
