#pragma once

#include <span>
#include <string>

#include "gradzoo/explain/explain.h"

namespace gradzoo {

/// What explain can make of a recorded computation.
struct Explanation {
  ///@{
  /// Tables to read; the graph in Graphviz's language; a page that steps through it.
  std::string text, dot, html;
  ///@}
  std::string program;  ///< C++ that does the same and prints what it computed
};

/// The explanation of what a tape holds; `text` is the caller's.
Explanation explanation_of(const Tape& tape, const ExplainPage& page, std::string text);

/// The lines as a program: it prints each tensor that a line declares, by name, to 12 digits, and where a
/// line calls backward() the gradients of the leaves.
std::string whole_program(std::span<const CodeLine> lines);

}  // namespace gradzoo
