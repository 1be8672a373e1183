#include "samplers/metropolis.h"

#include "autograd/ops.h"

namespace gradzoo {
namespace {

// mask (B) u8: rows of `a` where it is set, else rows of `b`.
Tensor rows_where(const Tensor& mask, const Tensor& a, const Tensor& b) {
  return where(a.rank() == 1 ? mask : mask.view({mask.dim(0), 1}), a, b);
}

double share(const Tensor& mask) { return mean(cast(mask, DType::f64)).item(); }

}  // namespace

Tensor metropolis_acceptance(const Tensor& log_ratio) {
  const Tensor is_number = eq(log_ratio, log_ratio);
  return where(is_number, exp(minimum(log_ratio, zeros_like(log_ratio))), zeros_like(log_ratio));
}

Tensor metropolis_moves(const Tensor& log_ratio, const Tensor& uniform) {
  return lt(uniform, metropolis_acceptance(log_ratio));
}

Transition metropolis(const Tensor& x, const PointValue& value, const Tensor& proposal,
                      const PointValue& proposed, const Tensor& log_ratio, Rng& rng) {
  const Tensor moves = metropolis_moves(log_ratio, rand(log_ratio.shape(), rng, log_ratio.dtype()));
  PointValue after{rows_where(moves, proposed.log_prob, value.log_prob), {}};
  if (value.score.defined()) after.score = rows_where(moves, proposed.score, value.score);
  return {rows_where(moves, proposal, x), after, share(moves)};
}

}  // namespace gradzoo
