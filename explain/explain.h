#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradzoo/autograd/tape.h"

/// Views of a recorded computation: each node's value, gradient rule, saved tensors, its adjoint in every
/// sweep, and the node whose rule recorded it. All functions read a live tape opened with Tape({.trace =
/// true}) and throw Error if the tape keeps no trace. Nodes are numbered v0, v1, ... on the tape.
namespace gradzoo {

/// A line of the program that the page shows next to the graph. The nodes and visits from its begin to the
/// begin of the next line belong to it.
struct CodeLine {
  std::string text;   ///< source text of the line
  int64_t node = 0;   ///< index of the line's first node
  int64_t visit = 0;  ///< index of the line's first visit
};
/// Returns a line that begins now, on the calling thread.
CodeLine code_line(std::string text);
/// Records a leaf now instead of at its first use, so that it belongs to the line that makes it.
Tensor on_tape(Tensor leaf);

/// Texts that a page shows next to the graph.
struct ExplainPage {
  std::string title = {};           ///< heading of the page
  std::string summary = {};         ///< one or two sentences under the title
  std::vector<CodeLine> code = {};  ///< lines of the program, in the order of execution
};

/// Returns one line per node, in the order of execution, with the sweeps and their visits between them:
///     v1         = square(v0)                 1.44         saves v0
std::string explain_text(const Tape& tape);

/// Returns one table per sweep. Each row has a node's call, value and adjoint, and the central difference,
/// which does not use the sweep, or the reason why there is none (a kink, the end of a domain). If sweeps
/// start from each element of one tensor in turn, only the first sweep is shown:
///     v1          square(v0)   0.64    0.802   0.802
std::string explain_table(const Tape& tape);

/// Returns the graph in Graphviz's language. The nodes that a sweep recorded are in a separate box; dashed
/// edges run from a node to the nodes that its rule recorded.
std::string explain_dot(const Tape& tape);

/// Returns a self-contained HTML page: a drawing of the graph and a slider that steps forwards and backwards
/// through every recorded node and every visit of a sweep. `#step=12` in its address opens step 12.
std::string explain_html(const Tape& tape, const ExplainPage& page);

}  // namespace gradzoo
