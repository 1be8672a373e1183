#pragma once

#include <cstdint>
#include <string>

#include "gradzoo/explain/program.h"

namespace gradzoo {

inline constexpr int64_t kHighestExplainedOrder = 9;  ///< the most that may be asked for

/// The function, where, and how far.
struct ExpressionRequest {
  std::string expression;  ///< explain/expression.h says how it is written
  std::string at;          ///< "x=.8, A=[[1,2],[3,4]]": a value for each variable
  int64_t order = 1;       ///< of the highest derivatives, 1 to kHighestExplainedOrder
};

/// Evaluates f in f64 on a tape of its own, then sweeps for all its derivatives up to the order: f_x and f_y
/// from f, f_xx and f_xy from f_x, f_yy from f_y, each mixed one once. Of a derivative with several elements
/// each is swept from: f_xx of a vector is its Hessian, f_xxx has three axes. `text` is a table for each
/// sweep and the derivatives, with the order of their indices. Throws ExpressionError for what is wrong in
/// the two texts, and Error where f has no variable, is not a single number, a value is given that f does not
/// use, or the sweeps are more than 200.
Explanation explain_expression(const ExpressionRequest& request);

}  // namespace gradzoo
