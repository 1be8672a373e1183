#include "gradzoo/samplers/target.h"

#include <cmath>

#include "autograd/functional/functional_scope.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"

namespace gradzoo {
namespace {

void check_rows(const Tensor& x) {
  if (x.rank() == 2 && is_floating(x.dtype())) return;
  throw Error("chains: x is {} of {}. Hint: use floating-point rows (B, d), one chain per row",
              x.shape().str(), dtype_name(x.dtype()));
}

Tensor checked(const Tensor& y, const Shape& shape, const Tensor& x, std::string_view what) {
  if (y.defined() && y.shape() == shape && y.dtype() == x.dtype()) return y.detach();
  throw Error("{} returns {} for x {} of {}. Hint: return {} of the same dtype", what,
              y.defined() ? y.label() : "nothing", x.shape().str(), dtype_name(x.dtype()), shape.str());
}

// Of a log-density that the tape has not seen: comparisons, indices and rounding have no gradient.
void check_constant(const Tensor& log_prob) {
  if (log_prob.size() == 0 || !(max(log_prob).item() > min(log_prob).item())) return;
  throw Error(
      "log_prob is not differentiable with respect to x: no op on the tape leads to it. Hint: set "
      "Target::score, or use a sampler that needs only the log-density, such as mh");
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
  if (target.value_and_score) return target.value_and_score(x.detach());
  if (target.score) {
    PointValue value;
    if (target.log_prob) value.log_prob = log_prob_of(target, x);
    value.score = score_of(target, x);
    return value;
  }
  if (!target.log_prob)
    throw Error("the target has neither log-density nor score. Hint: set Target::log_prob or Target::score");
  const FunctionalScope scope(false);
  const Tensor at = scope.input(x);
  const Tensor y = target.log_prob(at);
  const Tensor log_prob = checked(y, {x.dim(0)}, x, "log_prob");
  // Rows don't interact, so the gradient of the sum holds each row's own.
  if (!is_tracked(y)) {
    check_constant(log_prob);
    return {log_prob, zeros_like(x)};
  }
  return {log_prob, scope.result(grad(y, at, {.grad_output = ones_like(log_prob)}))};
}

Tensor score_of(const Target& target, const Tensor& x) {
  if (!target.score) return value_and_score(target, x).score;
  check_rows(x);
  const NoGrad quiet;
  return checked(target.score(x.detach()), x.shape(), x, "score");
}

void check_noise(const Target& target, double sigma) {
  constexpr double kRounding = 1e-6;
  const NoiseRange& range = target.noise_range;
  if (!(sigma >= range.least * (1 - kRounding)))
    throw Error(
        "noise of {:g} is below {:g}, the smallest at which the score is known. Hint: use {:g} or more",
        sigma, range.least, range.least);
  if (!(sigma <= range.most * (1 + kRounding)))
    throw Error(
        "noise of {:g} is above {:g}, the largest at which the score is known. Hint: use {:g} or less", sigma,
        range.most, range.most);
}

Tensor noisy_score_of(const Target& target, const Tensor& x, double sigma) {
  if (!target.noisy_score) return score_of(target, x);
  check_rows(x);
  check_noise(target, sigma);
  const NoGrad quiet;
  return checked(target.noisy_score(x.detach(), sigma), x.shape(), x, "noisy_score");
}

bool has_extent(const Target& target) {
  const Domain& domain = target.domain;
  return !target.extent.low.empty() || (std::isfinite(domain.lower) && std::isfinite(domain.upper));
}

namespace {

bool has_conditionals(const Target& target) {
  return target.conditionals.hidden && target.conditionals.visible;
}

}  // namespace

bool is_given(const Target& target) { return target.log_prob || target.score || has_conditionals(target); }

std::string_view unmet_need(unsigned needs, const Target& target) {
  const bool is_binary = (needs & kNeedsBinary) != 0;
  if (target.binary && !is_binary) return "samples continuous x, and the target is binary";
  if (!target.binary && is_binary) return "flips bits, and the target is continuous";
  if ((needs & kNeedsConditionals) != 0 && !has_conditionals(target))
    return "draws one side given the other, and the target has no conditionals";
  if ((needs & kNeedsLogProb) != 0 && !target.log_prob)
    return target.score ? "needs a log-density, and the target has a score but no log-density"
                        : "needs a log-density, and the target has none";
  if ((needs & kNeedsExtent) != 0 && !has_extent(target))
    return "proposes points in an extent, and the target has none";
  return "";
}

std::string_view needs_text(unsigned needs) {
  if ((needs & kNeedsConditionals) != 0) return "pair of conditionals";
  if ((needs & kNeedsBinary) != 0) return "log-density of binary x";
  if ((needs & kNeedsExtent) != 0) return "log-density with an extent";
  if (needs == kNeedsLogProb) return "log-density";
  return needs == kNeedsScore ? "score" : "log-density and score";
}

std::string_view target_text(const Target& target) {
  if (target.binary)
    return has_conditionals(target) ? "conditionals of binary x" : "a distribution over binary x";
  if (target.log_prob)
    return has_extent(target) ? "a log-density with an extent" : "a log-density of continuous x";
  return target.score ? "a score but no log-density" : "neither log-density nor score";
}

}  // namespace gradzoo
