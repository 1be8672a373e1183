#pragma once

#include <cstdint>
#include <vector>

#include "autograd/tensor.h"
#include "explain/story.h"

namespace gradzoo {

/// What is asked of a replay: of a tracing tape, from `node` on to the root of a sweep.
struct DifferenceQuestion {
  int64_t root = 0;  // indices on the thread's node list
  int64_t node = 0;
  Tensor seed;  // dL/d(root), of the root's shape
  int64_t most_elements = 16, most_ops = 20'000;
};

/// Central differences of L in each element of a node's value: the element is moved by +-h, what was recorded
/// after it is computed again, in f64 whatever the tape holds. h is 6e-6 times the element's size, of 1e-3 at
/// least. They know nothing of the rules that a sweep applies, so they say what its adjoint should be. Empty
/// where the node has more elements than asked for, or the replay would run more ops.
std::vector<double> difference_quotients(const DifferenceQuestion& question);

/// Those at a visit's node, of what its sweep began from; empty too where that is not on the tape. All visits
/// together take a second or two.
std::vector<double> difference_quotients(const Story& story, int64_t visit);

}  // namespace gradzoo
