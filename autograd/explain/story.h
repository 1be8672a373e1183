#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "autograd/tape.h"

namespace gradzoo {

/// One thing that happened on a tape.
struct Step {
  enum class Kind { record, seed, visit };
  Kind kind = Kind::record;
  int64_t node = -1;
  int64_t visit = 0;  // the index of the visit, or of the next one for a recording
};

/// What happened on a tracing tape, in order: nodes that the program recorded, and sweeps. What a rule
/// recorded belongs to its visit and has no step of its own.
struct Story {
  int64_t begin = 0, end = 0;  // the tape's nodes
  std::vector<Step> steps;
  std::vector<int> sweep_of;     // by node from begin on: the sweep that recorded it, from 1; 0: the program
  std::vector<int> visit_sweep;  // by visit: its sweep

  int sweep(int64_t node) const { return sweep_of[static_cast<size_t>(node - begin)]; }
  /// The number by which a node is called, v0 for the first; -1 for what is not on this tape.
  int64_t number(int64_t node) const { return node < begin ? -1 : node - begin; }
  /// That of the node that made a tensor.
  int64_t number(const Tensor& t) const;
};

/// Throws Error where the tape keeps no trace.
Story tell_story(const Tape& tape);

/// What a node saves for its gradients, released or not.
struct SavedValue {
  int slot = 0;              // an input, or kMaxInputs for the output
  std::vector<int> readers;  // the inputs whose gradients read it
};
std::vector<SavedValue> saved_values(const Node& node);

/// The value that a slot held when the node was recorded.
const Tensor& slot_value(int64_t node, int slot);

/// "1.44", "(3) [1, 2, 3]", or for more than eight values "(100,784) in [-0.5, 2]".
std::string describe_value(const Tensor& t);

}  // namespace gradzoo
