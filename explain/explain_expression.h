#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradzoo/explain/program.h"

namespace gradzoo {

inline constexpr int64_t kHighestExplainedOrder = 9;  ///< highest order of derivatives that is accepted

/// A function, the point of its derivatives, and their highest order.
struct ExpressionRequest {
  std::string expression;  ///< function, in the language of explain/expression.h
  std::string at;          ///< values of all variables: "x=0.8, A=[[1,2],[3,4]]"
  int64_t order = 1;       ///< highest order of the derivatives, 1 to kHighestExplainedOrder
};

/// Evaluates f in f64 on a new tape, then sweeps for all derivatives up to the order: f_x and f_y from f,
/// f_xx and f_xy from f_x, f_yy from f_y; each mixed derivative is computed once. If a derivative has several
/// elements, one sweep starts from each: f_xx of a vector x is the Hessian, and f_xxx has three axes. `text`
/// has one table per sweep, and the derivatives with the order of their indices and their remarks. Throws
/// ExpressionError if one of the two texts is malformed, and Error if f has no variable or is not a single
/// number, if a value belongs to no variable, or if more than 200 sweeps are needed.
Explanation explain_expression(const ExpressionRequest& request);
/// Returns the derivatives that explain_expression() lists, without tables and pages. Throws as it does.
std::vector<ExplainedDerivative> expression_derivatives(const ExpressionRequest& request);

}  // namespace gradzoo
