#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "explain/story.h"
#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// What is asked of a replay: of a tracing tape, from `node` on to the root of a sweep.
struct DifferenceQuestion {
  int64_t root = 0;  // indices on the thread's node list
  int64_t node = 0;
  Tensor seed;  // dL/d(root), of the root's shape
  int64_t most_elements = 16, most_ops = 20'000;
};

/// What moving a node's value by a little says.
struct Differences {
  std::vector<double> quotients;  // central differences of L, one for each element
  /// Why they are no derivative, of the first element where that is so: "at a kink: one-sided slopes 0 and
  /// 1", "at a jump, from 0 to 1", "outside the domain of log"; "" elsewhere.
  std::string remark;
};

/// Each element of a node's value is moved by +-h, what was recorded after it is computed again, in f64
/// whatever the tape holds. h is 6e-6 times the element's size, of 1e-3 at least. Differences know nothing of
/// the rules that a sweep applies, so they say what its adjoint should be. Empty where the node has more
/// elements than asked for, or the replay would run more ops.
Differences differences_of(const DifferenceQuestion& question);

/// Those at a visit's node, of what its sweep began from; empty too where that is not on the tape. All visits
/// together take a second or two.
Differences differences_of(const Story& story, int64_t visit);

}  // namespace gradzoo
