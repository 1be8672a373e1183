#include "tools/ledger/vae/rows.h"

#include <cmath>

#include <doctest/doctest.h>

#include "autograd/ops.h"
#include "nn/distributions.h"

// Each row plants the error that it is there for, and must see it.
namespace gradzoo {
namespace {

VaeTerms right(const Posterior& q, TensorFn f, const Tensor& eps, const VaeObjectiveOptions& options) {
  return vae_objective(q, f, eps, options);
}

TEST_CASE(
    "vae.kl_closed_form sees a missing half, a wrong sign, and the base-2 logarithm of the seed's listing") {
  CHECK(kl_error(kl_standard_normal) < 1e-9);
  CHECK(kl_error([](const Tensor& mu, const Tensor& logvar) {
          return kl_standard_normal(mu, logvar) * 2.0;
        }) > 0.1);
  CHECK(kl_error([](const Tensor& mu, const Tensor& logvar) {
          return (exp(logvar) + square(mu) - 1.0 + logvar) * 0.5;
        }) > 0.1);
  CHECK(kl_error([](const Tensor& mu, const Tensor& logvar) {
          return kl_standard_normal(mu, logvar * std::log(2.0));
        }) > 0.1);
}

/// A small network with wide posteriors, as it is initialised: importance sampling is sharp there.
struct SmallModel {
  Rng rng{3, "test"};
  VaeNetwork network{{.data = {.example = {12}}, .latent = 2, .hidden = 8}, rng};
  Tensor x = bernoulli(full({4, 12}, 0.4), rng);
};

TEST_CASE(
    "vae.is_exact holds for a small network, and sees a weight without its prior and a KL of twice the "
    "size") {
  SmallModel model;
  const Exactness found =
      measure_exactness(model.network, model.x, 5000, {vae_log_weights, kl_standard_normal});
  CHECK(found.importance_error < 0.02);
  CHECK(found.gap_error < 1e-3);
  CHECK(found.mean_gap > 0);

  const auto without_prior = [](const VaeNetwork& network, const Batch& batch, int64_t samples, Rng& rng) {
    return vae_log_weights(network, batch, samples, rng) + std::log(2 * 3.141592653589793);
  };
  const auto doubled = [](const Tensor& mu, const Tensor& logvar) {
    return kl_standard_normal(mu, logvar) * 2.0;
  };
  const Exactness planted = measure_exactness(model.network, model.x, 500, {without_prior, doubled});
  CHECK(planted.importance_error > 0.02);
  CHECK(planted.gap_error > 1e-3);
}

TEST_CASE(
    "vae.estimators_agree sees a baseline that reads its own sample, and a z that forgets half of the "
    "noise's scale") {
  const VaeObjectiveOptions trick = {
      .estimator = VaeEstimator::log_derivative, .baseline = VaeBaseline::leave_one_out, .samples = 4};
  const Agreement agrees = measure_agreement(right, trick, 20000, 1);
  CHECK(agrees.error_in_se < 4);

  // f - mean over all K, its own among them: shrinks the gradient by (K-1)/K
  const auto biased = [](const Posterior& q, TensorFn f, const Tensor& eps,
                         const VaeObjectiveOptions& options) {
    VaeTerms terms = vae_objective(q, f, eps, options);
    const Tensor kl = mean(sum(kl_standard_normal(q.mean, q.logvar), 1));
    terms.loss = (terms.loss - kl) * 0.75 + kl;
    return terms;
  };
  CHECK(measure_agreement(biased, trick, 20000, 1).error_in_se > 4);

  const auto wrong_scale = [](const Posterior& q, TensorFn f, const Tensor& eps,
                              const VaeObjectiveOptions& options) {
    return vae_objective({q.mean, q.logvar * 2.0}, f, eps, options);
  };
  CHECK(measure_agreement(wrong_scale, {}, 20000, 1).error_in_se > 4);
}

TEST_CASE("vae.estimator_variance orders the estimators, and its margin sees equal ones") {
  SmallModel model;
  const auto variance = [&](VaeObjectiveOptions options) {
    options.samples = 2;
    return gradient_variance(right, model.network, model.x, options, 300, 1);
  };
  const double reparam = variance({});
  const double none = variance({.estimator = VaeEstimator::log_derivative, .baseline = VaeBaseline::none});
  const double leave_one_out =
      variance({.estimator = VaeEstimator::log_derivative, .baseline = VaeBaseline::leave_one_out});
  CHECK(reparam < leave_one_out);
  CHECK(leave_one_out < none);
  CHECK(variance_margin(1, 100, 5) == 1);
  CHECK(variance_margin(1, 100, 4.9) < 1);
  CHECK(variance_margin(1, 1, 1) < 1);
}

}  // namespace
}  // namespace gradzoo
