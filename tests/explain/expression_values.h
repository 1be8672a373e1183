#pragma once

#include <string>
#include <vector>

#include "gradzoo/explain/expression.h"

namespace gradzoo::test {

inline double number_of(const std::string& text, const std::string& at = "") {
  return evaluate(parse_expression(text), parse_variables(at)).item();
}

inline std::vector<double> values_of(const std::string& text, const std::string& at = "") {
  return evaluate(parse_expression(text), parse_variables(at)).to_vector();
}

inline std::string code_of(const std::string& text, const std::string& at) {
  return evaluate_with_code(parse_expression(text), parse_variables(at)).code;
}

}  // namespace gradzoo::test
