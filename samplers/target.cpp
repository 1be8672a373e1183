#include "samplers/target.h"

#include "autograd/functional/functional_scope.h"
#include "autograd/grad.h"

namespace gradzoo {
namespace {

void check_rows(const Tensor& x) {
  if (x.rank() == 2 && is_floating(x.dtype())) return;
  throw Error("chains: x is {} of {}. Hint: floating-point rows (B, d), a chain a row", x.shape().str(),
              dtype_name(x.dtype()));
}

Tensor checked(const Tensor& y, const Shape& shape, const Tensor& x, std::string_view what) {
  if (y.defined() && y.shape() == shape && y.dtype() == x.dtype()) return y.detach();
  throw Error("{} gives {} for x {} of {}. Hint: it must be {} of the same dtype", what,
              y.defined() ? y.label() : "nothing", x.shape().str(), dtype_name(x.dtype()), shape.str());
}

}  // namespace

Tensor log_prob_of(const Target& target, const Tensor& x) {
  check_rows(x);
  if (!target.log_prob) throw Error("the target has no log-density. Hint: set Target::log_prob");
  const NoGrad quiet;
  return checked(target.log_prob(x.detach()), {x.dim(0)}, x, "log_prob");
}

PointValue value_and_score(const Target& target, const Tensor& x) {
  check_rows(x);
  if (target.score) {
    PointValue value;
    if (target.log_prob) value.log_prob = log_prob_of(target, x);
    const NoGrad quiet;
    value.score = checked(target.score(x.detach()), x.shape(), x, "score");
    return value;
  }
  if (!target.log_prob) {
    throw Error("the target has neither log-density nor score. Hint: set Target::log_prob or Target::score");
  }
  const FunctionalScope scope(false);
  const Tensor at = scope.input(x);
  const Tensor y = target.log_prob(at);
  const Tensor log_prob = checked(y, {x.dim(0)}, x, "log_prob");
  // Rows don't interact, so the gradient of the sum holds each row's own.
  const Tensor score = is_tracked(y) ? grad(y, at, {.grad_output = ones_like(log_prob)}) : zeros_like(x);
  return {log_prob, scope.result(score)};
}

}  // namespace gradzoo
