#include "autograd/functional/row_checks.h"

#include "autograd/functional/nodes_between.h"
#include "gradzoo/autograd/op.h"
#include "gradzoo/base/error.h"

namespace gradzoo {

void check_points(const Tensor& x, const char* op) {
  if (x.rank() == 2) return;
  throw Error("{}: x has shape {}. Hint: reshape it to rows of points (B,d)", op, x.shape().str());
}

void check_row_results(const Tensor& y, const Shape& expected, const char* op) {
  if (y.shape() == expected) return;
  throw Error("{}: the function gave {} instead of {}. Hint: return one result per row", op, y.shape().str(),
              expected.str());
}

void refuse_kinks(const Tensor& x, const Tensor& y, const char* op) {
  const Node* kinked = find_node_between(x, y, [](const Node& node) { return smoothness_of(node) <= 0; });
  if (!kinked) return;
  throw Error(
      "{}: {} has a kink, and automatic differentiation loses a moving kink's part of the second derivative. "
      "Hint: use softplus or silu, or set allow_kinks = true",
      op, kinked->op->name);
}

}  // namespace gradzoo
