#pragma once

#include <nlohmann/json_fwd.hpp>

namespace gradzoo {

/// {"expression", "at", "order"} -> {"text", "html", "program"}: as `gradzoo explain --expr` does. Throws
/// ExpressionError and Error as explain_expression.
nlohmann::json explain_function(const nlohmann::json& request);

/// {"f", "rule", "at": [numbers]}: a rule for f' of one variable, typed as an expression of it, against the
/// engine's gradient and a central difference, and the rule's own gradient against the engine's second
/// derivative. {"variable", "rows": [{"x", "f", "rule", "gradient", "difference", "right", "rule_gradient",
/// "second", "right_second"}], "right": all of them}. A number that is not finite is a text. Throws
/// ExpressionError, and Error where there is no single variable.
nlohmann::json check_rule(const nlohmann::json& request);

}  // namespace gradzoo
