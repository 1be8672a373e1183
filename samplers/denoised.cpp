#include "samplers/denoised.h"

#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/error.h"
#include "gradzoo/samplers/domain.h"
#include "gradzoo/samplers/tweedie.h"

namespace gradzoo {
namespace {

constexpr int64_t kMostSteps = 200;
constexpr double kStill = 1e-4;  // of sigma: a step that moves no number further is the last

double furthest(const Tensor& a, const Tensor& b) { return max(abs(a - b)).item(); }

Tensor tweedie_of(const Target& target, const Tensor& x) {
  return tweedie_denoised(x, value_and_score(target, x).score, target.data_noise);
}

Tensor through_more_noise(const Target& target, const Tensor& noisy, double sigma) {
  const double share = 1 - std::pow(target.data_noise / sigma, 2);
  Tensor x = noisy, guess = tweedie_of(target, x);
  for (int64_t i = 0; share > 0 && i < kMostSteps; ++i) {
    const Tensor next = guess * share + noisy * (1 - share);
    const bool still = furthest(next, x) <= kStill * sigma;
    x = next;
    guess = tweedie_of(target, x);
    if (still) break;
  }
  return guess;
}

// The mean of D at noise t over draws of the noise that is missing there.
template <class Denoise>
Tensor with_missing_noise(const Tensor& noisy, double sigma, double t, Rng& rng, Denoise denoise) {
  constexpr int64_t kDraws = 8;
  const double missing = std::sqrt(t * t - sigma * sigma);
  Tensor total = zeros_like(noisy);
  for (int64_t i = 0; i < kDraws; ++i) total = total + denoise(noisy + randn_like(noisy, rng) * missing);
  return total / static_cast<double>(kDraws);
}

Tensor at_its_level(const Target& target, const Tensor& noisy, double sigma) {
  return tweedie_denoised(noisy, noisy_score_of(target, noisy, sigma), sigma);
}

/// log p(x) - |x - noisy|^2 / (2 sigma^2) of every row and its slope.
struct Posterior {
  Tensor value, slope;  // (n), (n, d)
};

Posterior posterior(const Target& target, const Tensor& x, const Tensor& noisy, double sigma) {
  const PointValue prior = value_and_score(target, x);
  const Tensor away = (x - noisy) / (sigma * sigma);
  Posterior out{{}, prior.score - away};
  if (prior.log_prob.defined()) out.value = prior.log_prob - sum((x - noisy) * away, 1) * 0.5;
  return out;
}

Tensor within(const Domain& domain, const Tensor& x) {
  return is_bounded(domain) ? clamp(x, domain.lower, domain.upper) : x;
}

// Nothing leads away from a row whose density is 0 or not known.
void check_can_move(const Posterior& at) {
  if (!all_finite(at.value) || !all_finite(at.slope))
    throw Error(
        "denoise: the log-density or its gradient is not finite at a noisy example, so the example cannot "
        "move. Hint: use less noise");
}

// Each row's step begins as Newton's where log p is flat, and grows or halves as it leads up or not.
Tensor climbed(const Target& target, const Tensor& noisy, double sigma,
               const std::function<void(double)>& done) {
  const int64_t n = noisy.dim(0);
  Tensor x = within(target.domain, noisy), step = full({n, 1}, sigma * sigma, noisy.dtype());
  Posterior at = posterior(target, x, noisy, sigma);
  check_can_move(at);
  for (int64_t i = 0; i < kMostSteps; ++i) {
    const Tensor next = within(target.domain, x + at.slope * step);
    const Posterior there = posterior(target, next, noisy, sigma);
    const Tensor up = ge(there.value, at.value), rows = reshape(up, {n, 1});
    const Tensor moved = where(rows, next, x);
    const bool still = furthest(next, x) <= kStill * sigma;
    x = moved;
    at = {where(up, there.value, at.value), where(rows, there.slope, at.slope)};
    step = step * where(rows, full({n, 1}, 1.5, x.dtype()), 0.5);
    if (done) done(static_cast<double>(i + 1) / kMostSteps);
    if (still) break;
  }
  return x;
}

// The slope alone does not show that a step leads too far.
Tensor drifted(const Target& target, const Tensor& noisy, double sigma) {
  const double step = 0.05 * sigma * sigma;
  Tensor x = within(target.domain, noisy);
  for (int64_t i = 0; i < kMostSteps; ++i)
    x = within(target.domain, x + posterior(target, x, noisy, sigma).slope * step);
  return x;
}

Tensor guess(const Target& target, const Tensor& noisy, double sigma, Rng& rng,
             const std::function<void(double)>& done) {
  if (target.noisy_score) {
    const double least = target.noise_range.least;
    if (sigma >= least) return at_its_level(target, noisy, sigma);
    return with_missing_noise(noisy, sigma, least, rng,
                              [&](const Tensor& x) { return at_its_level(target, x, least); });
  }
  if (target.data_noise > sigma)
    return with_missing_noise(noisy, sigma, target.data_noise, rng,
                              [&](const Tensor& x) { return tweedie_of(target, x); });
  if (target.data_noise > 0) return through_more_noise(target, noisy, sigma);
  return target.log_prob ? climbed(target, noisy, sigma, done) : drifted(target, noisy, sigma);
}

}  // namespace

bool can_denoise(const Target& target) {
  return !target.binary && (target.noisy_score || target.score || target.log_prob);
}

Tensor denoised(const Target& target, const Tensor& noisy, double sigma, Rng& rng,
                const std::function<void(double)>& done) {
  if (!can_denoise(target))
    throw Error(
        "denoised: the target has no score of real numbers. Hint: set Target::score or Target::log_prob");
  const NoGrad quiet;
  Tensor x = guess(target, noisy, sigma, rng, done);
  if (!all_finite(x))
    throw Error("denoising at noise of {:g} gives values that are not finite. Hint: use less noise", sigma);
  return x;
}

}  // namespace gradzoo
