#include "gradzoo/autograd/functional/functional.h"
#include "gradzoo/autograd/linalg.h"
#include "gradzoo/models/score/objectives.h"
#include "gradzoo/samplers/chains.h"
#include "gradzoo/samplers/kinds/langevin.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

using ImplicitScore = Tensor (*)(const ScoreFunction& model, const Tensor& x);
Tensor by_trace(const ScoreFunction& model, const Tensor& x) { return implicit_score_matching(model, x); }

/// Returns the minimiser of a quadratic function of theta, from conjugate gradients.
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

/// s(x) = b - P x with one parameter vector: P (d, d) row by row, then b (d).
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

RowResult ism_gaussian_covariance(ImplicitScore implicit, const RowContext& context) {
  const Tensor points = correlated_points(40, context.seed);
  const LinearScore score = fit_linear_score(points, implicit);
  const DensityMoments moments = density_moments(points);
  const Tensor product = matmul(score.precision(), moments.covariance);
  const double off = largest_abs(product - eye(3, DType::f64)),
               at_mean = largest_abs(score(reshape(moments.mean, {1, 3})));
  return {
      std::max(off, at_mean), AtMost{1e-9},
      fmt::format("f64, s(x) = b - P x fitted to 40 points in 3 dimensions with conjugate gradients: P C - I "
                  "at most {:.1e} with the sample covariance C, s(mean) at most {:.1e}; value: the larger",
                  off, at_mean)};
}

/// Returns the chains after `steps` steps of size `step` from x0.
using LangevinRun = Tensor (*)(const Target& target, const Tensor& x0, double step, int64_t steps, Rng& rng);

Tensor run_langevin(UnadjustedLangevinOptions options, const Target& target, const Tensor& x0, double step,
                    int64_t steps, Rng& rng) {
  options.step = step;
  return run_chains(target, x0, UnadjustedLangevin(options), {.steps = steps}, rng).x;
}

/// Returns the largest |z| of the chains' means and covariances. A step x_next = x + eta (b - P x) + sqrt(2
/// eta) z maps N(m, C) to N(m + eta (b - P m), (I - eta P) C (I - eta P)^T + 2 eta I).
RowResult moments_of_langevin(LangevinRun run, const RowContext& context) {
  constexpr int64_t kChains = 40000, kSteps = 60;
  constexpr double kStep = 0.1;
  const Tensor data = correlated_points(500, context.seed);
  const DensityMoments truth = density_moments(data);
  const LinearScore score = fit_linear_score(data, by_trace);

  Rng rng(context.seed, "ledger/langevin");
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

  // For a Gaussian a mean has the variance C_ii / n, a mean of products (C_ii C_jj + C_ij^2) / n.
  const double n = kChains;
  const std::vector<double> mean_found = mean(x, 0).to_vector();
  const Tensor apart = x - tensor(law_mean, {3}, DType::f64);
  const std::vector<double> products = (matmul(apart, apart, true) / n).to_vector();
  double worst = 0;
  for (size_t i = 0; i < 3; ++i) {
    worst = std::max(worst, std::abs(mean_found[i] - law_mean[i]) / std::sqrt(law[4 * i] / n));
    for (size_t j = 0; j <= i; ++j) {
      const double variance = law[4 * i] * law[4 * j] + law[3 * i + j] * law[3 * i + j];
      worst = std::max(worst, std::abs(products[3 * i + j] - law[3 * i + j]) / std::sqrt(variance / n));
    }
  }
  return {worst, AtMost{4.5},
          fmt::format("score fitted with implicit score matching to 500 points in 3 dimensions, 40,000 "
                      "chains, 60 steps of 0.1; value: largest |z| of 9 means and covariances against their "
                      "exact values for these chains (false-alarm rate below 1e-4); the chains' limit has "
                      "the data's covariance up to {:.0f} % (bias of the step)",
                      100 * bias)};
}

}  // namespace

Rows linear_score_rows() {
  return {
      identity({"score.ism_gaussian_covariance",
                "implicit score matching fits a Gaussian's sample mean and covariance (divisor n)",
                "Hyvarinen 2005, section 3.1", 1},
               ism_gaussian_covariance, by_trace,
               {{"the divisor n - 1",
                 [](auto& model, auto& x) {
                   // This scales the square by n/(n-1), and so the inverse of the covariance.
                   const double n = static_cast<double>(x.dim(0));
                   return by_trace(model, x) + sum(square(score_at(model, x)), 1) * (0.5 / (n - 1));
                 }},
                {"half of the trace",
                 [](auto& model, auto& x) {
                   return (by_trace(model, x) + sum(square(score_at(model, x)), 1) * 0.5) * 0.5;
                 }}}),
      identity(
          {"score.langevin_moments",
           "Langevin chains with a learned linear score have the moments that step and score imply",
           "Roberts & Tweedie 1996", 4},
          moments_of_langevin,
          [](auto& target, auto& x0, double step, int64_t steps, auto& rng) {
            return run_langevin({}, target, x0, step, steps, rng);
          },
          {{"noise in the other convention",
            [](auto& target, auto& x0, double step, int64_t steps, auto& rng) {
              return run_langevin({.convention = StepConvention::half}, target, x0, step, steps, rng);
            }},
           {"noise that is 3 % too small", [](auto& target, auto& x0, double step, int64_t steps, auto& rng) {
              return run_langevin({.noise = 0.97}, target, x0, step, steps, rng);
            }}})};
}

namespace {

using SlicedEstimate = Tensor (*)(const ScoreFunction& model, const Tensor& x, const Tensor& probes);

constexpr int64_t kDims = 3;

double relative_to(double value, double truth) { return std::abs(value - truth) / std::abs(truth); }

/// Mean and variance over the probes of every row's objective, averaged over x.
struct SlicedMoments {
  Tensor mean;  // (n), of every row
  double variance;
};

SlicedMoments sliced_moments(SlicedEstimate sliced, const Tensor& precision, const Cubature& x,
                             const Cubature& probes) {
  const auto score = [&](const Tensor& at) { return neg(matmul(at, precision)); };
  const int64_t n = x.points.dim(0);
  Tensor first = zeros({n}, DType::f64), second = zeros({n}, DType::f64);
  for (int64_t k = 0; k < probes.points.dim(0); ++k) {
    const Tape tape;
    const Tensor v = broadcast_to(reshape(probes.points.rows(k, k + 1), {1, 1, kDims}), {1, n, kDims});
    const Tensor rows = sliced({score, false}, x.points, v).detach();
    const double weight = probes.weight.to_vector()[static_cast<size_t>(k)];
    first = first + rows * weight;
    second = second + square(rows) * weight;
  }
  return {first, sum((second - square(first)) * x.weight).item()};
}

struct SlicedVariances {
  double plain, reduced;  // E_x var_v of the objective
};

/// Estimates without and with variance reduction.
struct VarianceReduction {
  SlicedEstimate plain = [](auto& model, auto& x, auto& probes) {
    return sliced_score_matching(model, x, probes);
  };
  SlicedEstimate reduced = [](auto& model, auto& x, auto& probes) {
    return sliced_score_matching(model, x, probes, {.variance_reduced = true});
  };
};

// Returns the largest relative error of the variances on N(0, P^-1) with s = -P x, in 3 dimensions, over all
// Rademacher probes and over Gaussian probes (exact quadrature). Both objectives are v^T M v + constant, with
// M = -P + s s^T/2 (ssm) and M = -P (ssm-vr); var v^T M v is 2 sum_{i!=j} M_ij^2 (Rademacher) or 2 |M|^2
// (Gaussian). By Isserlis' theorem E (s_i s_j)^2 = P_ii P_jj + 2 P_ij^2.
RowResult ssm_vr_variance(const VarianceReduction& of, const RowContext&) {
  double worst = 0;
  const auto measure = [&](const Tensor& precision, const Cubature& probes, bool gaussian) {
    Cubature x = gauss_hermite(kDims);  // variances of quadratic forms take the fourth power
    x.points = matmul(x.points, inverse(cholesky(precision)));
    const SlicedMoments of_plain = sliced_moments(of.plain, precision, x, probes),
                        of_reduced = sliced_moments(of.reduced, precision, x, probes);
    const double trace_p = trace(precision).item(), squares = sum(square(precision)).item(),
                 diagonals = sum(square(diagonal(precision))).item();
    const double off = squares - diagonals, products = trace_p * trace_p - diagonals;  // over i != j
    const SlicedVariances truth = gaussian ? SlicedVariances{trace_p * trace_p / 2 + squares, 2 * squares}
                                           : SlicedVariances{products / 2 + off, 2 * off};
    const Tensor exact = sum(square(matmul(x.points, precision)), 1) * 0.5 - trace_p;
    for (const Tensor& found : {of_plain.mean, of_reduced.mean})
      worst = std::max(worst, largest_abs(found - exact) / trace_p);
    worst = std::max({worst, relative_to(of_plain.variance, truth.plain),
                      relative_to(of_reduced.variance, truth.reduced)});
    return SlicedVariances{of_plain.variance, of_reduced.variance};
  };
  const Tensor precision = tensor({1.5, 0.3, -0.2, 0.3, 1.0, 0.4, -0.2, 0.4, 0.8}, {3, 3}, DType::f64);
  const Tensor all_alike = tensor({1, 0.9, 0.9, 0.9, 1, 0.9, 0.9, 0.9, 1}, {3, 3}, DType::f64);
  const SlicedVariances rademacher = measure(precision, all_signs(kDims), false),
                        gaussian = measure(precision, gauss_hermite(kDims), true),
                        correlated =
                            measure(all_alike, all_signs(kDims), false);  // the plain one varies less
  return {worst, AtMost{1e-11},
          fmt::format("f64, N(0, P^-1) in 3 dimensions, s = -P x, exact integration over x and probes; "
                      "variances of ssm and ssm-vr: Rademacher probes {:.3g} and {:.3g}, Gaussian probes "
                      "{:.3g} and {:.3g}; Rademacher probes with 0.9 in P for all pairs {:.3g} and {:.3g}; "
                      "value: largest relative difference of means and variances from the closed forms",
                      rademacher.plain, rademacher.reduced, gaussian.plain, gaussian.reduced,
                      correlated.plain, correlated.reduced)};
}

}  // namespace

Rows sliced_variance_rows() {
  return {identity({"score.ssm_vr_variance",
                    "ssm and ssm-vr have one mean; for a Gaussian with precision P the variance of ssm is "
                    "larger by sum_{i!=j} (P_ii P_jj / 2 - P_ij^2) with Rademacher probes, and by (tr P)^2 / "
                    "2 - |P|^2 with Gaussian probes",
                    "Song et al. 2019, eq. 8", 1},
                   ssm_vr_variance, {},
                   {{"a term without variance reduction", {.reduced = VarianceReduction().plain}},
                    {"a square without its 1/2", {.reduced = [](auto& model, auto& x, auto& probes) {
                       return hutchinson_score_matching(model, x, probes) +
                              sum(square(score_at(model, x)), 1) * 0.5;
                     }}}})};
}

}  // namespace gradzoo
