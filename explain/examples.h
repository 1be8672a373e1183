#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gradzoo/explain/program.h"

namespace gradzoo {

/// A computation small enough to follow with the eye.
struct ExplainExample {
  std::string name;
  std::string title;
  std::string summary;
  /// Computes it on the tracing tape that is alive, and gives its lines as they begin.
  std::function<std::vector<CodeLine>()> run;
};

const std::vector<ExplainExample>& explain_examples();

/// Runs an example on a tape of its own. Throws Error naming the nearest where the name is unknown.
Explanation explain_example(const std::string& name);

}  // namespace gradzoo
