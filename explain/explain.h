#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradzoo/autograd/tape.h"

/// A recorded computation to look at: each node's value, rule, what it saved, its adjoint in every sweep, and
/// which node's rule recorded it. All functions read a live tape opened with Tape({.trace = true}) and throw
/// Error where it keeps no trace. Nodes are numbered v0, v1, ... from the tape's first.
namespace gradzoo {

/// A line of the program that the page shows beside the graph, and when it began: what is recorded and
/// visited from then on belongs to it, up to the next line.
struct CodeLine {
  std::string text;   ///< as it is shown
  int64_t node = 0;   ///< the next one to be recorded
  int64_t visit = 0;  ///< the next one of a sweep
};
/// A line that begins now, on the calling thread.
CodeLine code_line(std::string text);
/// A leaf, recorded now and not at its first use, so that it belongs to the line that makes it.
Tensor on_tape(Tensor leaf);

/// What stands on a page beside the graph.
struct ExplainPage {
  std::string title = {};           ///< heading of the page
  std::string summary = {};         ///< a sentence or two under the title
  std::vector<CodeLine> code = {};  ///< in the order of execution
};

/// One line a node, in order of execution, with sweeps and their visits between them:
///     v1         = square(v0)                 1.44         saves v0
std::string explain_text(const Tape& tape);

/// A table for every sweep: of each node that it reached its call, its value, its adjoint, and beside it the
/// central difference, which knows nothing of the sweep, or why there is none (a kink, the end of a domain).
/// Of sweeps from one element of a root after another the first is shown:
///     v1          square(v0)   0.64    0.802   0.802
std::string explain_table(const Tape& tape);

/// The graph in Graphviz's language: what a sweep recorded stands in a box of its own; a dashed edge runs
/// from a node to those that its rule recorded.
std::string explain_dot(const Tape& tape);

/// One HTML page that loads nothing: a drawing of the graph and a slider that steps forwards and backwards
/// through every recording and every visit of a sweep. `#step=12` in its address opens it at that step.
std::string explain_html(const Tape& tape, const ExplainPage& page);

}  // namespace gradzoo
