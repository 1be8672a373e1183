#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradzoo/autograd/tape.h"
#include "gradzoo/autograd/trace.h"

namespace gradzoo {

/// One thing that happened on a tape.
struct Step {
  enum class Kind { record, seed, visit };
  Kind kind = Kind::record;
  int64_t node = -1;
  int64_t visit = 0;  // the index of the visit, or of the next one for a recording
};

/// What happened on a tracing tape, in order: nodes that the program recorded, and sweeps. What a rule
/// recorded belongs to its visit and has no step of its own. The nodes of a composite are shown as one, the
/// last of them.
struct Story {
  int64_t begin = 0, end = 0;       // the tape's nodes
  std::vector<int64_t> nodes = {};  // those that are shown
  std::vector<Step> steps = {};
  std::vector<int> visit_sweep = {};  // by visit: its sweep, from 1
  std::vector<int64_t> seeds = {};    // by sweep, from 1 on: its first visit

  // By node of the tape, from begin on.
  std::vector<int64_t> numbers = {};  // the number of the node, or of the composite that it is a part of
  std::vector<int64_t> firsts =
      {};  // of a composite shown as its last node the first one, else the node itself
  std::vector<const Composite*> composites = {};  // null: the node is shown as its op
  std::vector<int> sweeps = {};                   // the sweep that recorded it; 0: the program

  bool is_shown(int64_t node) const { return nodes[static_cast<size_t>(number(node))] == node; }
  int sweep(int64_t node) const { return sweeps[static_cast<size_t>(node - begin)]; }
  /// The number by which a node is called, v0 for the first; -1 for what is not on this tape.
  int64_t number(int64_t node) const {
    return node < begin ? -1 : numbers[static_cast<size_t>(node - begin)];
  }
  /// That of the node that made a tensor.
  int64_t number(const Tensor& t) const;
  /// The node whose operands a shown node has.
  int64_t first(int64_t node) const { return firsts[static_cast<size_t>(node - begin)]; }
  /// A sweep's stop at a shown node, from the adjoint of its last node to what its first one gives.
  Visit visit(int64_t index) const;
};

/// Throws Error where the tape keeps no trace.
Story tell_story(const Tape& tape);

/// What a shown node is and does. `attributes` is "" where there are none.
struct NodeWords {
  std::string name, formula, attributes;
};
NodeWords words_of(const Story& story, int64_t node);

/// "matmul(v0, v3, transpose_b)": a shown node's call, with constants as their values.
std::string call_of(const Story& story, int64_t node);
/// Operand `slot` of a shown node: "v3" for what is recorded, else the constant itself.
std::string operand_of(const Story& story, int64_t node, int slot);

/// What a node saves for its gradients, released or not.
struct SavedValue {
  int slot = 0;              // an input, or kMaxInputs for the output
  std::vector<int> readers;  // the inputs whose gradients read it
};
std::vector<SavedValue> saved_values(const Node& node);

/// "1.44" of one value in any shape, "(3) [1, 2, 3]", "(2,2) [[1, 2], [3, 4]]", or for more than eight values
/// "(100,784) in [-0.5, 2]".
std::string describe_value(const Tensor& t);
/// The same without the shape; axes of size 1 have no brackets: "[1, 2]" of a row and of a column. Of more
/// than `most` values the range.
std::string list_of_values(const Tensor& t, int64_t most);
/// "[0,1]": the place of an element, by the axes that list_of_values() has brackets for.
std::string element_place(const Shape& shape, int64_t element);

}  // namespace gradzoo
