#include "tools/ledger/score/rows.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "samplers/kinds/langevin.h"
#include "samplers/tweedie.h"

namespace gradzoo {
namespace {

Tensor implicit(const ScoreFunction& model, const Tensor& x) { return implicit_score_matching(model, x); }

Tensor sliced(const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
  return sliced_score_matching(model, x, probes);
}
Tensor sliced_reduced(const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
  return sliced_score_matching(model, x, probes, {.variance_reduced = true});
}

Tensor hutchinson(const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
  return hutchinson_score_matching(model, x, probes);
}
Tensor finite_difference(const ScoreFunction& model, const Tensor& x, const Tensor& probes, double eps) {
  return finite_difference_score_matching(model, x, probes, eps);
}

Tensor denoising(const ScoreFunction& model, const Tensor& x, const Tensor& eps, double sigma) {
  return denoising_score_matching(model, x, eps, {.sigma = sigma, .antithetic = false});
}
Tensor denoising_pairs(const ScoreFunction& model, const Tensor& x, const Tensor& eps, double sigma) {
  return denoising_score_matching(model, x, eps, {.sigma = sigma});
}

Tensor langevin(const Target& target, const Tensor& x0, double step, int64_t steps, Rng& rng) {
  return run_chains(target, x0, UnadjustedLangevin({.step = step}), {.steps = steps}, rng).x;
}

RowResult ism_equals_esm(const RowContext&) {
  return {implicit_gradient_gap(implicit), AtMost{1e-9},
          "f64, tanh nets of 6 hidden units as energy and as vector field, mixtures in 1 and 2 dimensions, "
          "midpoint rule: largest difference over the largest entry of the gradient"};
}

RowResult ssm_enumerated(const RowContext&) {
  return {std::max(enumeration_gap(sliced), enumeration_gap(sliced_reduced)), AtMost{1e-12},
          "f64, 4 dimensions, all 16 probes, 5 points, energy and vector net, with and without variance "
          "reduction: largest relative difference of value and gradient"};
}

RowResult hutchinson_ism(const RowContext&) {
  return {enumeration_gap(hutchinson), AtMost{1e-12},
          "f64, 4 dimensions, all 16 probes, 5 points, energy and vector net: largest relative difference of "
          "value and gradient"};
}

RowResult ssm_vr_variance(const RowContext&) {
  const SlicedVarianceGap found = sliced_variance_gap(sliced, sliced_reduced);
  return {found.worst, AtMost{1e-11},
          fmt::format("f64, N(0, P^-1) in 3 dimensions, s = -P x; exact in x and probes; largest relative "
                      "difference of means and variances from closed forms. Variance of ssm and ssm-vr: "
                      "Rademacher probes {:.3g} and {:.3g}, Gaussian {:.3g} and {:.3g}; where all "
                      "pairs have the precision .9, {:.3g} and {:.3g}",
                      found.rademacher.plain, found.rademacher.reduced, found.gaussian.plain,
                      found.gaussian.reduced, found.correlated.plain, found.correlated.reduced)};
}

RowResult fd_ssm(const RowContext&) {
  return {finite_difference_ratio(finite_difference), Near{4, 0.05},
          "f64, 4 dimensions, 5 points, 3 probes, tanh net as energy and as vector field: error at eps = .04 "
          "over that at .02, of value and of gradient, the one furthest from 4"};
}

RowResult ism_gaussian_covariance(const RowContext& context) {
  const GaussianFit fit = fit_gaussian(implicit, context.seed);
  return {std::max(fit.precision_error, fit.mean_error), AtMost{1e-9},
          fmt::format("f64, s(x) = b - P x fitted to 40 points in 3 dimensions by conjugate gradients "
                      "through hvp: P C - I at most {:.1e} with C's divisor n, s(mean) at most {:.1e}",
                      fit.precision_error, fit.mean_error)};
}

RowResult dsm_equals_esm(const RowContext&) {
  return {
      std::max(denoising_gradient_gap(denoising), denoising_gradient_gap(denoising_pairs)), AtMost{1e-9},
      "f64, a mixture in 1 dimension, sigma 0.6, quadrature over 240 x and 120 eps, energy and vector net, "
      "with and without antithetic pairs: largest difference over the largest entry of the gradient"};
}

RowResult vincent(const RowContext&) {
  return {vincent_gap(denoising), AtMost{1e-10},
          "f64, 4-3-4 tied weights, 6 points, sigma 0.4: largest relative difference of J_DAE and 2 sigma^4 "
          "J_DSM, value and gradient in W, b, c"};
}

RowResult tweedie(const RowContext& context) {
  const TweedieGap gap = tweedie_gap(tweedie_denoised, context.seed);
  return {std::max(gap.posterior_mean, gap.memorised), AtMost{1e-9},
          fmt::format("f64, a mixture at sigma 0.8: x + sigma^2 score is E[x|x~] by quadrature to {:.1e}; "
                      "with 30 training points at sigma 0.02 the best denoiser sends random points onto "
                      "training points, to {:.1e} in the median",
                      gap.posterior_mean, gap.memorised)};
}

RowResult de_bruijn(const RowContext&) {
  return {de_bruijn_gap(fisher_divergence_on_grid), AtMost{1e-8},
          "f64, mixtures in 1 and 2 dimensions at t = 0.3, quadrature, slope by Ridders' extrapolation: "
          "largest relative difference"};
}

RowResult blindness(const RowContext&) {
  const WeightDifference near = weight_difference(4, 0, fisher_divergence_on_grid),
                         far = weight_difference(16, 0, fisher_divergence_on_grid),
                         noised = weight_difference(16, 64, fisher_divergence_on_grid);
  const double missing = std::max(0.0, 1e-4 / noised.fisher - 1);
  return {std::max({far.fisher / 1e-10, std::abs(far.kl - kl_of_weights()) / 1e-9, missing}), AtMost{1},
          fmt::format("N(-m,1) and N(m,1) weighed .5/.5 against .9/.1: Fisher divergence {:.2g} at 2m = 4, "
                      "{:.1e} at 16 (allowed 1e-10), where KL stays {:.4f} nats (the weights' own, to 1e-9); "
                      "after noise of variance 64 the Fisher divergence is {:.2g} again (at least 1e-4)",
                      near.fisher, far.fisher, far.kl, noised.fisher)};
}

RowResult langevin_moments_row(const RowContext& context) {
  const LangevinMoments found = langevin_moments(langevin, context.seed);
  return {found.worst, AtMost{4.5},
          fmt::format("score fitted by ISM to 500 points in 3 dimensions, 40,000 chains x 60 steps of 0.1: "
                      "{} means and covariances within 4.5 SE of the chains' own exact law (false alarm "
                      "below 1e-4), whose limit has the data's covariance to {:.0f}% (the step's bias)",
                      found.numbers, 100 * found.bias)};
}

}  // namespace

std::vector<Row> score_rows() {
  return {
      {"score.ism_equals_esm", RowKind::identity,
       "E_p[1/2|s|^2 + tr grad s] = E_p[1/2|s - s_p|^2] + constant: one gradient in the parameters",
       "Hyvarinen 2005, theorem 1", true, 2, ism_equals_esm},
      {"score.ssm_enumerated", RowKind::identity,
       "sliced score matching averaged over all Rademacher probes is implicit score matching",
       "Song et al. 2019, section 3.1", true, 1, ssm_enumerated},
      {"score.hutchinson_ism", RowKind::identity,
       "implicit score matching with Hutchinson's trace, averaged over all Rademacher probes, is the exact "
       "one",
       "Hutchinson 1989; Song et al. 2019, section 3.1", true, 1, hutchinson_ism},
      {"score.ssm_vr_variance", RowKind::identity,
       "ssm and ssm-vr have one mean; of a Gaussian, ssm varies more by sum_{i!=j} (P_ii P_jj / 2 - P_ij^2) "
       "over Rademacher probes, by (tr P)^2 / 2 - |P|^2 over Gaussian ones",
       "Song et al. 2019, eq. 8", true, 1, ssm_vr_variance},
      {"score.fd_ssm", RowKind::identity,
       "sliced score matching by finite differences tends to the exact one with an error of O(eps^2)",
       "Pang et al. 2020", true, 1, fd_ssm},
      {"score.ism_gaussian_covariance", RowKind::identity,
       "a Gaussian fitted by implicit score matching has the sample mean and covariance, divisor n",
       "Hyvarinen 2005, section 3.1", true, 1, ism_gaussian_covariance},
      {"score.dsm_equals_esm", RowKind::identity,
       "denoising score matching has the gradient of explicit score matching of p_sigma = p * N(0, sigma^2)",
       "Vincent 2011, section 4.2", true, 3, dsm_equals_esm},
      {"score.vincent", RowKind::identity,
       "a tied denoising auto-encoder's objective is 2 sigma^4 times the denoising objective of its energy",
       "Vincent 2011, section 4.3", true, 1, vincent},
      {"score.tweedie", RowKind::identity,
       "E[x|x~] = x~ + sigma^2 grad log p_sigma(x~); of an empirical p_sigma the best denoiser memorises",
       "Efron 2011, eq. 1.4; Vincent 2011", true, 1, tweedie},
      {"score.de_bruijn", RowKind::identity,
       "d/dt KL(p * N(0,t) || q * N(0,t)) = -1/2 E_p_t|s_p_t - s_q_t|^2", "Lyu 2009, theorem 1", true, 2,
       de_bruijn},
      {"score.blindness", RowKind::identity,
       "the Fisher divergence of far-apart modes with different weights goes to 0, their KL does not",
       "Wenliang & Kanagawa 2020; Song & Ermon 2019, section 3.2.1", true, 1, blindness},
      {"score.langevin_moments", RowKind::identity,
       "Langevin chains on a learned score have the moments that their step and the score imply",
       "Roberts & Tweedie 1996", true, 4, langevin_moments_row},
  };
}

}  // namespace gradzoo
