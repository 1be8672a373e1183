#pragma once

#include <string>

#include <fmt/format.h>

#include "gradzoo/explain/expression_functions.h"

namespace gradzoo::test {

inline constexpr const char* kCallValues = "x=[.5,.3], A=[[2,1],[1,3]]";

/// Returns a call of the function with the fewest arguments, from the parameters in its usage. A, B and
/// arguments that must be at least 1 are matrices; low, high and n are numbers; all other arguments are
/// columns.
inline std::string least_call(const ExpressionFunction& f) {
  std::string call(f.usage.substr(0, f.usage.find('(') + 1));
  size_t at = call.size();
  for (size_t i = 0; i < f.least; ++i) {
    const size_t end = f.usage.find_first_of(",[)", at);
    const std::string_view parameter = f.usage.substr(at, end - at);
    const bool matrix = parameter == "A" || parameter == "B" || parameter == "x >= 1";
    const bool comparison = parameter == "x > 0";
    const bool number = parameter == "low" || parameter == "high" || parameter == "n";
    call += fmt::format("{}{}", i > 0 ? ", " : "",
                        matrix       ? "A"
                        : number     ? "1"
                        : comparison ? parameter
                                     : "x");
    at = std::min(f.usage.size(), end + 2);
  }
  return call + ")";
}

}  // namespace gradzoo::test
