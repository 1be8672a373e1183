#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gradzoo/explain/explain.h"

namespace gradzoo {

/// f or one of its derivatives, at one point.
struct ExplainedDerivative {
  std::string name;         ///< "f", "f_x", "f_xy"
  Tensor value;             ///< constant, f64
  std::string remark = {};  ///< a sentence about a kink, a jump or a value that is not finite; else ""
  std::optional<std::pair<double, double>> sides = {};  ///< values on the left and right of the first jump
};

/// All outputs of gradzoo explain for one recorded computation.
struct Explanation {
  ///@{
  /// Tables as plain text; the graph in Graphviz's language; an HTML page that steps through the tape.
  std::string text, dot, html;
  ///@}
  std::string program;  ///< C++ program that does the computation and prints its results
  std::vector<ExplainedDerivative> derivatives = {};  ///< f and its derivatives; empty for an example
};

/// Returns the outputs for a tape; the caller supplies `text`.
Explanation explanation_of(const Tape& tape, const ExplainPage& page, std::string text);

/// Returns the lines as a C++ program. It prints each tensor that a line declares, with its name and 12
/// digits. After a line with backward() it prints the gradients of the leaves.
std::string whole_program(std::span<const CodeLine> lines);

}  // namespace gradzoo
