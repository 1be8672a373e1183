#include "tools/ledger/score/rows.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/functional/functional.h"
#include "autograd/grad.h"
#include "autograd/ops.h"
#include "autograd/tape.h"
#include "samplers/kinds/langevin.h"
#include "samplers/tweedie.h"

// Each row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

Tensor half_square(const Tensor& a) { return sum(square(a), 1) * 0.5; }

// The trace alone, from the objective: what its factor is then changed by.
Tensor trace_of(const ScoreFunction& model, const Tensor& x) {
  return implicit_score_matching(model, x) - half_square(score_at(model, x));
}

Tensor halved_trace(const ScoreFunction& model, const Tensor& x) {
  return half_square(score_at(model, x)) + trace_of(model, x) * 0.5;
}
Tensor flipped_trace(const ScoreFunction& model, const Tensor& x) {
  return half_square(score_at(model, x)) - trace_of(model, x);
}
Tensor whole_square(const ScoreFunction& model, const Tensor& x) {
  return half_square(score_at(model, x)) * 2.0 + trace_of(model, x);
}

TEST_CASE("score.ism_equals_esm sees a trace of half the size or of the wrong sign, and a lost 1/2") {
  CHECK(implicit_gradient_gap([](const ScoreFunction& model, const Tensor& x) {
          return implicit_score_matching(model, x);
        }) < 1e-9);
  CHECK(implicit_gradient_gap(halved_trace) > 1e-2);
  CHECK(implicit_gradient_gap(flipped_trace) > 1e-2);
  CHECK(implicit_gradient_gap(whole_square) > 1e-2);
}

TEST_CASE("score.ssm_enumerated sees probes that are left out, and a square without its 1/2") {
  const auto right = [](const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
    return sliced_score_matching(model, x, probes);
  };
  CHECK(enumeration_gap(right) < 1e-12);
  const auto some_left_out = [](const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
    return sliced_score_matching(model, x, probes.rows(0, 15));
  };
  CHECK(enumeration_gap(some_left_out) > 1e-3);
  const auto whole = [](const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
    return sliced_score_matching(model, x, probes) + half_square(score_at(model, x));
  };
  CHECK(enumeration_gap(whole) > 1e-2);
}

TEST_CASE("score.hutchinson_ism sees a trace that is taken twice, and probes that are not all there") {
  const auto right = [](const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
    return hutchinson_score_matching(model, x, probes);
  };
  CHECK(enumeration_gap(right) < 1e-12);
  const auto doubled = [](const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
    return hutchinson_score_matching(model, x, probes) * 2.0 - half_square(score_at(model, x));
  };
  CHECK(enumeration_gap(doubled) > 1e-2);
  const auto some_left_out = [](const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
    return hutchinson_score_matching(model, x, probes.rows(1, 16));
  };
  CHECK(enumeration_gap(some_left_out) > 1e-3);
}

TEST_CASE("score.ssm_vr_variance sees a term that is not reduced, and one that changes the mean") {
  const auto plain = [](const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
    return sliced_score_matching(model, x, probes);
  };
  const auto reduced = [](const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
    return sliced_score_matching(model, x, probes, {.variance_reduced = true});
  };
  const SlicedVarianceGap found = sliced_variance_gap(plain, reduced);
  CHECK(found.worst < 1e-11);
  CHECK(found.rademacher.reduced < found.rademacher.plain);
  CHECK(found.gaussian.reduced < found.gaussian.plain);
  CHECK(found.correlated.reduced > found.correlated.plain);  // it does not always help
  CHECK(sliced_variance_gap(plain, plain).worst > 0.1);
  const auto whole = [](const ScoreFunction& model, const Tensor& x, const Tensor& probes) {
    return hutchinson_score_matching(model, x, probes) + half_square(score_at(model, x));
  };
  CHECK(sliced_variance_gap(plain, whole).worst > 0.1);
}

TEST_CASE("score.fd_ssm sees a difference of one side, and an objective that is off by a constant factor") {
  const auto right = [](const ScoreFunction& model, const Tensor& x, const Tensor& probes, double eps) {
    return finite_difference_score_matching(model, x, probes, eps);
  };
  CHECK(std::abs(finite_difference_ratio(right) - 4) < 0.05);
  const auto one_sided = [&](const ScoreFunction& model, const Tensor& x, const Tensor& probes, double eps) {
    return right(model, x + probes.rows(0, 1)[0] * eps, probes, eps);  // not about x
  };
  CHECK(std::abs(finite_difference_ratio(one_sided) - 4) > 0.5);
  const auto scaled = [&](const ScoreFunction& model, const Tensor& x, const Tensor& probes, double eps) {
    return right(model, x, probes, eps) * 1.1;
  };
  CHECK(std::abs(finite_difference_ratio(scaled) - 4) > 0.5);
}

TEST_CASE("score.ism_gaussian_covariance sees the divisor n - 1, and a trace of half the size") {
  const auto right = [](const ScoreFunction& model, const Tensor& x) {
    return implicit_score_matching(model, x);
  };
  const GaussianFit fit = fit_gaussian(right, 1);
  CHECK(fit.precision_error < 1e-9);
  CHECK(fit.mean_error < 1e-9);
  // An objective whose least is the inverse of the covariance with 1/(n-1): the square shrinks by n/(n-1).
  const auto unbiased = [](const ScoreFunction& model, const Tensor& x) {
    const double n = static_cast<double>(x.dim(0));
    return half_square(score_at(model, x)) * (n / (n - 1)) + trace_of(model, x);
  };
  CHECK(fit_gaussian(unbiased, 1).precision_error > 1e-2);
  CHECK(fit_gaussian(halved_trace, 1).precision_error > 1e-2);
}

TEST_CASE("score.dsm_equals_esm sees the noise added with the wrong sign or another width") {
  const auto of_width = [](double factor) {
    return [factor](const ScoreFunction& model, const Tensor& x, const Tensor& eps, double sigma) {
      return denoising_score_matching(model, x, eps, {.sigma = sigma * factor, .antithetic = false});
    };
  };
  CHECK(denoising_gradient_gap(of_width(1)) < 1e-9);
  CHECK(denoising_gradient_gap(of_width(1.05)) > 1e-3);
  const auto flipped = [](const ScoreFunction& model, const Tensor& x, const Tensor& eps, double sigma) {
    return half_square(score_at(model, x + eps * sigma) - eps / sigma);
  };
  CHECK(denoising_gradient_gap(flipped) > 1e-2);
}

TEST_CASE("score.vincent sees the seed's loose form: sigma^2 in place of sigma^4, and a wrong sign") {
  const auto right = [](const ScoreFunction& model, const Tensor& x, const Tensor& eps, double sigma) {
    return denoising_score_matching(model, x, eps, {.sigma = sigma, .antithetic = false});
  };
  CHECK(vincent_gap(right) < 1e-10);
  const auto weighted = [](const ScoreFunction& model, const Tensor& x, const Tensor& eps, double sigma) {
    return denoising_score_matching(model, x, eps,
                                    {.sigma = sigma, .antithetic = false, .sigma_weighted = true});
  };
  CHECK(vincent_gap(weighted) > 1e-2);
  const auto flipped = [](const ScoreFunction& model, const Tensor& x, const Tensor& eps, double sigma) {
    return half_square(score_at(model, x + eps * sigma) - eps / sigma);
  };
  CHECK(vincent_gap(flipped) > 1e-2);
}

TEST_CASE("score.tweedie sees sigma in place of sigma^2, and a denoiser that does not memorise") {
  const TweedieGap right = tweedie_gap(tweedie_denoised, 1);
  CHECK(right.posterior_mean < 1e-9);
  CHECK(right.memorised < 1e-9);
  const auto unsquared = [](const Tensor& noisy, const Tensor& score, double sigma) {
    return noisy + score * sigma;
  };
  CHECK(tweedie_gap(unsquared, 1).posterior_mean > 1e-2);
  const auto timid = [](const Tensor& noisy, const Tensor& score, double sigma) {
    return noisy + score * (0.9 * sigma * sigma);
  };
  CHECK(tweedie_gap(timid, 1).memorised > 1e-3);
}

TEST_CASE("score.de_bruijn sees a Fisher divergence without its 1/2, and one under the wrong density") {
  CHECK(de_bruijn_gap(fisher_divergence_on_grid) < 1e-8);
  const auto doubled = [](const Grid& grid, const Tensor& log_p, const Tensor& score_p,
                          const Tensor& score_q) {
    return 2 * fisher_divergence_on_grid(grid, log_p, score_p, score_q);
  };
  CHECK(de_bruijn_gap(doubled) > 0.9);
  const auto flat = [](const Grid& grid, const Tensor& log_p, const Tensor& score_p, const Tensor& score_q) {
    return fisher_divergence_on_grid(grid, log_p * 0.5, score_p, score_q);
  };
  CHECK(de_bruijn_gap(flat) > 1e-2);
}

TEST_CASE("score.blindness: distance hides the weights from the Fisher divergence, noise shows them again") {
  const auto at = [](double separation, double added) {
    return weight_difference(separation, added, fisher_divergence_on_grid);
  };
  CHECK(at(4, 0).fisher > 1e-3);
  CHECK(at(8, 0).fisher < at(4, 0).fisher / 10);
  CHECK(at(16, 0).fisher < 1e-10);
  CHECK(std::abs(at(16, 0).kl - kl_of_weights()) < 1e-9);
  CHECK(at(16, 64).fisher > 1e-4);
  // A divergence that weighs every place alike does not forget the region between the modes.
  const auto unweighted = [](const Grid& grid, const Tensor&, const Tensor& score_p, const Tensor& score_q) {
    return fisher_divergence_on_grid(grid, zeros({grid.count()}, DType::f64), score_p, score_q);
  };
  CHECK(weight_difference(16, 0, unweighted).fisher > 1e-4);
}

TEST_CASE("score.langevin_moments sees the noise of the other convention, and one of 97%") {
  const auto run = [](UnadjustedLangevinOptions options) {
    return [options](const Target& target, const Tensor& x0, double step, int64_t steps, Rng& rng) {
      UnadjustedLangevinOptions all = options;
      all.step = step;
      return run_chains(target, x0, UnadjustedLangevin(all), {.steps = steps}, rng).x;
    };
  };
  CHECK(langevin_moments(run({}), 1).worst < 4.5);
  CHECK(langevin_moments(run({.convention = StepConvention::half}), 1).worst > 4.5);
  CHECK(langevin_moments(run({.noise = 0.97}), 1).worst > 4.5);
}

}  // namespace
}  // namespace gradzoo
