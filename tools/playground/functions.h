#pragma once

#include <nlohmann/json_fwd.hpp>

namespace gradzoo {

/// Maps {"expression", "at", "order"} to {"text", "html", "program", "derivatives": [{"name", "shape":
/// [sizes], "values": [numbers], "remark"}]}, the results of `gradzoo explain --expr`. The derivatives are f,
/// f_x, f_xy, ...; a remark is a sentence about a kink, a jump or a value that is not finite, or "". A number
/// that is not finite is a text. Throws ExpressionError and Error as explain_expression() does.
nlohmann::json explain_function(const nlohmann::json& request);

/// Returns {"functions": [signatures of the functions of expressions, such as "softmax(x[, axis])"]}.
nlohmann::json known_functions();

/// Maps {"f", "rule", "at": [numbers]} to {"variable", "rows": [{"x", "f", "rule", "gradient", "difference",
/// "right", "rule_gradient", "second", "right_second", "remark"}], "right": true if all rows are}. `rule` is
/// an expression for f' in f's one variable. It is compared with the engine's gradient and a central
/// difference, and its own gradient with the engine's second derivative. A row is not right if a value except
/// the difference is not finite. At a kink of f every value between the one-sided slopes is right. The remark
/// names the kink or the value that is not finite, or is "". A number that is not finite is a text. Throws
/// ExpressionError, and Error if f does not have exactly one variable.
nlohmann::json check_rule(const nlohmann::json& request);

}  // namespace gradzoo
