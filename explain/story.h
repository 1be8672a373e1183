#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradzoo/autograd/tape.h"
#include "gradzoo/autograd/trace.h"

namespace gradzoo {

/// One event on a tape: a recorded node, the start of a sweep, or a visit of a sweep.
struct Step {
  enum class Kind { record, seed, visit };
  Kind kind = Kind::record;
  int64_t node = -1;
  int64_t visit = 0;  // index of the visit; for a recorded node, of the next visit
};

/// The events of a tracing tape in order: nodes that the program recorded, and sweeps. Nodes that a gradient
/// rule recorded belong to the rule's visit and have no separate step. All nodes of a composite are shown as
/// its last node.
struct Story {
  int64_t begin = 0, end = 0;       // range of the tape's nodes
  std::vector<int64_t> nodes = {};  // nodes that are shown
  std::vector<Step> steps = {};
  std::vector<int> visit_sweep = {};  // sweep of each visit, from 1
  std::vector<int64_t> seeds = {};    // first visit of each sweep

  // One element per node of the tape, from `begin` on.
  std::vector<int64_t> numbers = {};              // number of the node or of its composite
  std::vector<int64_t> firsts = {};               // first node of a composite shown here, else the node
  std::vector<const Composite*> composites = {};  // null if the node is shown as its op
  std::vector<int> sweeps = {};                   // sweep that recorded the node; 0 for the program

  bool is_shown(int64_t node) const { return nodes[static_cast<size_t>(number(node))] == node; }
  int sweep(int64_t node) const { return sweeps[static_cast<size_t>(node - begin)]; }
  /// Returns the number in the node's name (0 for v0), or -1 if the node is not on this tape.
  int64_t number(int64_t node) const {
    return node < begin ? -1 : numbers[static_cast<size_t>(node - begin)];
  }
  /// Returns the number of the node that made the tensor.
  int64_t number(const Tensor& t) const;
  /// Returns the node whose operands are shown at `node`: a composite's first node, or the node itself.
  int64_t first(int64_t node) const { return firsts[static_cast<size_t>(node - begin)]; }
  /// Returns a visit of a shown node: its last node's adjoint, and the gradients from its first node's rule.
  Visit visit(int64_t index) const;
};

/// Returns the events of a tape. Throws Error if the tape keeps no trace.
Story tell_story(const Tape& tape);

/// Name, formula and attributes of a shown node. `attributes` is "" if the op has none.
struct NodeWords {
  std::string name, formula, attributes;
};
NodeWords words_of(const Story& story, int64_t node);

/// Returns a shown node's call, with constants as their values: "matmul(v0, v3, transpose_b)".
std::string call_of(const Story& story, int64_t node);
/// Returns operand `slot` of a shown node: "v3" for a recorded tensor, else the constant's value.
std::string operand_of(const Story& story, int64_t node, int slot);

/// A tensor that a node saves for its gradients, released or not.
struct SavedValue {
  int slot = 0;              // index of the input, or kMaxInputs for the output
  std::vector<int> readers;  // inputs whose gradients read the tensor
};
std::vector<SavedValue> saved_values(const Node& node);

/// Returns "1.44" for one value in any shape, "(3) [1, 2, 3]", "(2,2) [[1, 2], [3, 4]]", or for more than
/// eight values their range "(100,784) in [-0.5, 2]".
std::string describe_value(const Tensor& t);
/// Returns the values without the shape, or their range if there are more than `most`. Axes of size 1 have no
/// brackets: a row and a column are both "[1, 2]".
std::string list_of_values(const Tensor& t, int64_t most);
/// Returns the indices of an element along the axes that have brackets in list_of_values(): "[0,1]".
std::string element_place(const Shape& shape, int64_t element);

}  // namespace gradzoo
