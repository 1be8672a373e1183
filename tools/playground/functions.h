#pragma once

#include <nlohmann/json_fwd.hpp>

namespace gradzoo {

/// Maps {"expression", "at", "order"} to {"text", "html", "program"}, the results of `gradzoo explain
/// --expr`. Throws ExpressionError and Error as explain_expression() does.
nlohmann::json explain_function(const nlohmann::json& request);

/// Maps {"f", "rule", "at": [numbers]} to {"variable", "rows": [{"x", "f", "rule", "gradient", "difference",
/// "right", "rule_gradient", "second", "right_second"}], "right": true if all rows are}. `rule` is an
/// expression for f' in f's one variable. It is compared with the engine's gradient and a central difference,
/// and its own gradient with the engine's second derivative. A number that is not finite is a text. Throws
/// ExpressionError, and Error if f does not have exactly one variable.
nlohmann::json check_rule(const nlohmann::json& request);

}  // namespace gradzoo
