#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gradzoo/explain/program.h"

namespace gradzoo {

/// A small computation that gradzoo explain shows step by step.
struct ExplainExample {
  std::string name;
  std::string title;
  std::string summary;
  /// Computes the example on the live tracing tape and returns the program's lines.
  std::function<std::vector<CodeLine>()> run;
};

const std::vector<ExplainExample>& explain_examples();

/// Runs an example on a new tape. Throws Error if the name is unknown; the hint suggests the nearest name.
Explanation explain_example(const std::string& name);

}  // namespace gradzoo
