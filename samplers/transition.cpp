#include <cmath>

#include "autograd/ops.h"
#include "autograd/tape.h"
#include "samplers/chains.h"
#include "samplers/metropolis.h"

namespace gradzoo {
namespace {

// The e of x' = x + e grad f + sqrt(2e) z, whatever the convention in which the step is given.
double full_step(const ChainOptions& options) {
  return options.convention == StepConvention::full ? options.step : options.step / 2;
}

Tensor squared_norm(const Tensor& x) { return sum(square(x), 1); }  // (B, d) -> (B)

// mask (B) u8: rows of `a` where it is set, else rows of `b`.
Tensor rows_where(const Tensor& mask, const Tensor& a, const Tensor& b) {
  return where(a.rank() == 1 ? mask : mask.view({mask.dim(0), 1}), a, b);
}

double share(const Tensor& mask) { return mean(cast(mask, DType::f64)).item(); }

// Accepts or refuses a proposal row by row.
Tensor metropolis(const Tensor& x, PointValue& value, const Tensor& proposal, const PointValue& proposed,
                  const Tensor& log_ratio, Rng& rng, double* accepted) {
  const Tensor moves = metropolis_moves(log_ratio, rand(log_ratio.shape(), rng, log_ratio.dtype()));
  if (accepted) *accepted += share(moves);
  value.log_prob = rows_where(moves, proposed.log_prob, value.log_prob);
  if (value.score.defined()) value.score = rows_where(moves, proposed.score, value.score);
  return rows_where(moves, proposal, x);
}

// x' = x + step z: symmetric, so that the proposal's densities cancel.
Tensor random_walk(const Target& target, const Tensor& x, PointValue& value, const ChainOptions& options,
                   Rng& rng, double* accepted) {
  const Tensor proposal = x + randn_like(x, rng) * options.step;
  const PointValue proposed{log_prob_of(target, proposal), {}};
  value.score = {};
  return metropolis(x, value, proposal, proposed, proposed.log_prob - value.log_prob, rng, accepted);
}

// x' = x + e grad f + noise sqrt(2e) z.
Tensor unadjusted_langevin(const Target& target, const Tensor& x, PointValue& value,
                           const ChainOptions& options, Rng& rng, double* accepted) {
  const double e = full_step(options);
  Tensor next = x + value.score * e + randn_like(x, rng) * (options.noise_scale * std::sqrt(2 * e));
  value = value_and_score(target, next);
  if (accepted) *accepted += 1;
  return next;
}

// The same x' as a proposal: log q(x' | x) = -|x' - x - e grad f(x)|^2 / (4e), where the square is 2e |z|^2.
Tensor adjusted_langevin(const Target& target, const Tensor& x, PointValue& value,
                         const ChainOptions& options, Rng& rng, double* accepted) {
  const double e = full_step(options);
  const Tensor z = randn_like(x, rng);
  const Tensor proposal = x + value.score * e + z * std::sqrt(2 * e);
  const PointValue proposed = value_and_score(target, proposal);
  const Tensor forward = squared_norm(z) * -0.5;
  const Tensor backward = squared_norm(x - proposal - proposed.score * e) * (-0.25 / e);
  const Tensor log_ratio = proposed.log_prob - value.log_prob + backward - forward;
  return metropolis(x, value, proposal, proposed, log_ratio, rng, accepted);
}

}  // namespace

PointValue evaluate(const Target& target, const Tensor& x, SamplerKind kind) {
  const std::string unfit = why_unfit(kind, target);
  if (!unfit.empty()) throw Error(unfit);
  if (kind == SamplerKind::mh) return {log_prob_of(target, x), {}};
  return value_and_score(target, x);
}

Tensor transition(const Target& target, const Tensor& x, PointValue& value, const ChainOptions& options,
                  Rng& rng, double* accepted) {
  const NoGrad quiet;
  switch (options.kind) {
    case SamplerKind::mh:
      return random_walk(target, x, value, options, rng, accepted);
    case SamplerKind::ula:
      return unadjusted_langevin(target, x, value, options, rng, accepted);
    case SamplerKind::mala:
      break;
  }
  return adjusted_langevin(target, x, value, options, rng, accepted);
}

}  // namespace gradzoo
