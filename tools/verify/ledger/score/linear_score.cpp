#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/score/objectives.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/statistics.h"

namespace gradzoo {
namespace {

using ImplicitScore = Tensor (*)(const ScoreFunction& model, const Tensor& x);
Tensor by_trace(const ScoreFunction& model, const Tensor& x) { return implicit_score_matching(model, x); }

/// The least of a quadratic function of theta, by conjugate gradients from 0: exact after theta's length.
Tensor minimise_quadratic(TensorFn f, int64_t length) {
  Tensor theta = zeros({length}, DType::f64);
  const auto value = [&](const Tensor& at) { return reshape(f(at), {1}); };
  Tensor residual = neg(vjp(value, theta, ones({1}, DType::f64))), direction = residual;
  for (int64_t i = 0; i < 2 * length && inner(residual, residual) > 1e-26; ++i) {
    const Tensor curved = hvp(f, theta, direction);
    const double norm = inner(residual, residual), step = norm / inner(direction, curved);
    theta = theta + direction * step;
    residual = residual - curved * step;
    direction = residual + direction * (inner(residual, residual) / norm);
  }
  return theta;
}

/// s(x) = b - P x, its parameters in one vector: P (d, d) row by row, then b (d).
struct LinearScore {
  Tensor theta;
  int64_t d;

  Tensor precision() const { return reshape(slice(theta, 0, 0, d * d), {d, d}); }
  Tensor offset() const { return slice(theta, 0, d * d, d * d + d); }
  Tensor operator()(const Tensor& x) const { return offset() - matmul(x, precision(), false, true); }
};

LinearScore fit_linear_score(const Tensor& points, ImplicitScore implicit) {
  const int64_t d = points.dim(1);
  const auto loss = [&](const Tensor& theta) {
    const LinearScore score{theta, d};
    return mean(implicit({score, false}, points));
  };
  return {minimise_quadratic(loss, d * d + d), d};
}

/// Mean and covariance with 1/n of rows.
struct DensityMoments {
  Tensor mean;        // (d)
  Tensor covariance;  // (d, d)
};

DensityMoments density_moments(const Tensor& rows) {
  const Tensor center = mean(rows, 0), apart = rows - center;
  return {center, matmul(apart, apart, true) / static_cast<double>(rows.dim(0))};
}

Tensor correlated_points(int64_t n, uint64_t seed) {
  Rng rng(seed, "ledger/points");
  const Tensor mix = tensor({1.0, 0.6, -0.3, 0.0, 0.8, 0.5, 0.0, 0.0, 0.7}, {3, 3}, DType::f64);
  return matmul(randn({n, 3}, rng, DType::f64), mix) + tensor({0.5, -1.0, 2.0}, {3}, DType::f64);
}

/// A Gaussian model s(x) = b - P x fitted to n points by minimising the objective exactly.
struct GaussianFit {
  double precision_error;  // largest entry of P C - I, C the covariance of the points with 1/n
  double mean_error;       // largest entry of b - P mean
};

GaussianFit fit_gaussian(ImplicitScore implicit, uint64_t seed) {
  const Tensor points = correlated_points(40, seed);
  const LinearScore score = fit_linear_score(points, implicit);
  const DensityMoments moments = density_moments(points);
  const Tensor product = matmul(score.precision(), moments.covariance);
  const Tensor at_mean = score(reshape(moments.mean, {1, 3}));
  return {largest_abs(product - eye(3, DType::f64)), largest_abs(at_mean)};
}

RowResult ism_gaussian_covariance(ImplicitScore objective, const RowContext& context) {
  const GaussianFit fit = fit_gaussian(objective, context.seed);
  return {std::max(fit.precision_error, fit.mean_error), AtMost{1e-9},
          fmt::format("f64, s(x) = b - P x fitted to 40 points in 3 dimensions by conjugate gradients "
                      "through hvp: P C - I at most {:.1e} with C's divisor n, s(mean) at most {:.1e}",
                      fit.precision_error, fit.mean_error)};
}

/// Moves all chains `steps` steps of size `step`, from x0.
using LangevinRun = Tensor (*)(const Target& target, const Tensor& x0, double step, int64_t steps, Rng& rng);

Tensor run_langevin(UnadjustedLangevinOptions options, const Target& target, const Tensor& x0, double step,
                    int64_t steps, Rng& rng) {
  options.step = step;
  return run_chains(target, x0, UnadjustedLangevin(options), {.steps = steps}, rng).x;
}

struct LangevinMoments {
  double worst;     // largest |z| of means, variances and covariances against Langevin's own exact law
  int64_t numbers;  // how many those are
  double bias;      // largest relative difference of that law's covariance and the data's
};

/// Langevin chains on a score that was fitted to data by implicit score matching.
// x' = x + e (b - P x) + sqrt(2e) z is linear: from N(m, C) it goes to
//   N(m + e (b - P m), (I - eP) C (I - eP)' + 2e I), exactly, at every step.
LangevinMoments langevin_moments(LangevinRun run, uint64_t seed) {
  constexpr int64_t kChains = 40000, kSteps = 60;
  constexpr double kStep = 0.1;
  const Tensor data = correlated_points(500, seed);
  const DensityMoments truth = density_moments(data);
  const LinearScore score = fit_linear_score(data, by_trace);

  Rng rng(seed, "ledger/langevin");
  const Tensor x = run({.score = score}, randn({kChains, 3}, rng, DType::f64), kStep, kSteps, rng);

  const Tensor shrink = eye(3, DType::f64) - score.precision() * kStep,
               noise = eye(3, DType::f64) * (2 * kStep);
  Tensor m = zeros({1, 3}, DType::f64), c = eye(3, DType::f64);
  const auto advance = [&] {
    m = m + score(m) * kStep;
    c = matmul(matmul(shrink, c), shrink, false, true) + noise;
  };
  for (int64_t i = 0; i < kSteps; ++i) advance();
  const std::vector<double> law_mean = m.to_vector(), law = c.to_vector();
  for (int64_t i = 0; i < 2000; ++i) advance();
  const double bias = largest_abs(c - truth.covariance) / largest_abs(truth.covariance);

  // Gaussian: var of a mean C_ii / n; of a mean of products (C_ii C_jj + C_ij^2) / n.
  const double n = kChains;
  const std::vector<double> mean_found = mean(x, 0).to_vector();
  const Tensor apart = x - tensor(law_mean, {3}, DType::f64);
  const std::vector<double> products = (matmul(apart, apart, true) / n).to_vector();
  LangevinMoments out{0, 9, bias};
  for (size_t i = 0; i < 3; ++i) {
    out.worst = std::max(out.worst, std::abs(mean_found[i] - law_mean[i]) / std::sqrt(law[4 * i] / n));
    for (size_t j = 0; j <= i; ++j) {
      const double variance = law[4 * i] * law[4 * j] + law[3 * i + j] * law[3 * i + j];
      out.worst =
          std::max(out.worst, std::abs(products[3 * i + j] - law[3 * i + j]) / std::sqrt(variance / n));
    }
  }
  return out;
}

RowResult moments_of_langevin(LangevinRun run, const RowContext& context) {
  const LangevinMoments found = langevin_moments(run, context.seed);
  return {found.worst, AtMost{4.5},
          fmt::format("score fitted by ISM to 500 points in 3 dimensions, 40,000 chains x 60 steps of 0.1: "
                      "{} means and covariances within 4.5 SE of the chains' own exact law (false alarm "
                      "below 1e-4), whose limit has the data's covariance to {:.0f}% (the step's bias)",
                      found.numbers, 100 * found.bias)};
}

}  // namespace

std::vector<Row> linear_score_rows() {
  return {
      identity({"score.ism_gaussian_covariance",
                "a Gaussian fitted by implicit score matching has the sample mean and covariance, divisor n",
                "Hyvarinen 2005, section 3.1", 1},
               ism_gaussian_covariance, by_trace,
               {{"the divisor n - 1",
                 [](const ScoreFunction& model, const Tensor& x) {
                   // The square shrinks by n/(n-1), and with it the inverse of the covariance.
                   const double n = static_cast<double>(x.dim(0));
                   return by_trace(model, x) + sum(square(score_at(model, x)), 1) * (0.5 / (n - 1));
                 }},
                {"half of the trace",
                 [](const ScoreFunction& model, const Tensor& x) {
                   return (by_trace(model, x) + sum(square(score_at(model, x)), 1) * 0.5) * 0.5;
                 }}}),
      identity({"score.langevin_moments",
                "Langevin chains on a learned score have the moments that their step and the score imply",
                "Roberts & Tweedie 1996", 4},
               moments_of_langevin,
               [](const Target& target, const Tensor& x0, double step, int64_t steps, Rng& rng) {
                 return run_langevin({}, target, x0, step, steps, rng);
               },
               {{"noise of the other convention",
                 [](const Target& target, const Tensor& x0, double step, int64_t steps, Rng& rng) {
                   return run_langevin({.convention = StepConvention::half}, target, x0, step, steps, rng);
                 }},
                {"noise of 97 %",
                 [](const Target& target, const Tensor& x0, double step, int64_t steps, Rng& rng) {
                   return run_langevin({.noise = 0.97}, target, x0, step, steps, rng);
                 }}})};
}

}  // namespace gradzoo
