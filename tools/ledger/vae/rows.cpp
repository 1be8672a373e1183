#include "tools/ledger/vae/rows.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "autograd/ops.h"
#include "nn/distributions.h"
#include "tools/ledger/train_model.h"

namespace gradzoo {
namespace {

VaeNetwork& network_of(const Session& trained) { return dynamic_cast<Vae&>(*trained.model).network(); }

VaeTerms the_objective(const Posterior& q, TensorFn f, const Tensor& eps,
                       const VaeObjectiveOptions& options) {
  return vae_objective(q, f, eps, options);
}

RowResult kl_closed_form(const RowContext&) {
  return {kl_error(kl_standard_normal), AtMost{1e-9},
          "f64, 35 pairs of mu in [-3,3] and logvar in [-6,2], trapezoid rule of 4001 points; largest error, "
          "nats"};
}

RowResult is_exact(const RowContext& context) {
  constexpr int64_t kImages = 50, kSamples = 5000;
  const std::unique_ptr<Session> vae = train_model(
      "vae", {"latent=2", "hidden=100", "pixels=dynamic-binary", "objective=iwae", "samples=10", "epochs=1"},
      context);
  const Tensor x = read_examples(vae->data.evaluation_examples(Split::test), 0, kImages,
                                 Pixels::dynamic_binary, Rng(context.seed, "ledger/pixels"))
                       .x;
  const Exactness found =
      measure_exactness(network_of(*vae), x, kSamples, {vae_log_weights, kl_standard_normal});
  return {
      std::max(found.importance_error / 0.02, found.gap_error / 1e-3), AtMost{1},
      fmt::format(
          "2-D code, 1 epoch of IWAE, {} binarised test images, 400^2 grid: importance sampling with K = {} "
          "off by {:.4f} nats in the mean (allowed 0.02; {:.3f} for the worst image: where q is narrower "
          "than the posterior, so many draws leave one image in fifty off by a tenth of a nat); log p - ELBO "
          "= KL(q||p(z|x)) = {:.3f} nats, off by at most {:.1e} (allowed 1e-3); value: the larger share",
          kImages, kSamples, found.importance_error, found.importance_worst, found.mean_gap,
          found.gap_error)};
}

RowResult estimators_agree(const RowContext& context) {
  const Agreement direct = measure_agreement(the_objective, {}, 20000, context.seed);
  const VaeObjectiveOptions trick = {
      .estimator = VaeEstimator::log_derivative, .baseline = VaeBaseline::leave_one_out, .samples = 4};
  const Agreement log_derivative = measure_agreement(the_objective, trick, 400000, context.seed);
  const bool sharp = direct.relative_error <= 0.02 && log_derivative.relative_error <= 0.02;
  return {sharp ? std::max(direct.error_in_se, log_derivative.error_in_se) : INFINITY, AtMost{4},
          fmt::format("linear-Gaussian decoder 3-5, exact gradient in (mean, logvar): reparametrised off by "
                      "{:.2f} SE (SE {:.2g} of the norm), log-derivative with leave-one-out by {:.2f} SE (SE "
                      "{:.2g}); SE at most .02; false alarm below 1e-4",
                      direct.error_in_se, direct.relative_error, log_derivative.error_in_se,
                      log_derivative.relative_error)};
}

RowResult estimator_variance(const RowContext& context) {
  constexpr int64_t kImages = 100, kReplicates = 100, kSamples = 2;
  const std::unique_ptr<Session> vae = train_model("vae", {"epochs=1"}, context);
  const VaeNetwork& network = network_of(*vae);
  const Tensor x = read_examples(vae->data.view().examples, 0, kImages, Pixels::grey, Rng(0)).x;
  const auto measure = [&](VaeObjectiveOptions options) {
    options.samples = kSamples;
    const Posterior q = network.encode(x);
    options.baseline_value = mean(network.log_likelihood(x, q.mean)).item();
    return gradient_variance(the_objective, network, x, options, kReplicates, context.seed);
  };
  const double reparam = measure({});
  const double constant =
      measure({.estimator = VaeEstimator::log_derivative, .baseline = VaeBaseline::constant});
  const double leave_one_out =
      measure({.estimator = VaeEstimator::log_derivative, .baseline = VaeBaseline::leave_one_out});
  const double margin = variance_margin(reparam, constant, leave_one_out);
  return {margin, AtLeast{1},
          fmt::format("784-500-20 after 1 epoch, {} images x {} draws of K = {}: trace of the covariance "
                      "{:.3g} reparametrised; REINFORCE {:.0f} times that with a constant baseline (at least "
                      "100), {:.1f} times with leave-one-out (at least 5); value: the smaller share",
                      kImages, kReplicates, kSamples, reparam, constant / reparam, leave_one_out / reparam)};
}

}  // namespace

double variance_margin(double reparam, double constant, double leave_one_out) {
  return std::min(constant / reparam / 100, leave_one_out / reparam / 5);
}

std::vector<Row> vae_rows() {
  return {
      {"vae.kl_closed_form", RowKind::identity, "KL(N(mu, s^2) || N(0,1)) = (s^2 + mu^2 - 1 - log s^2)/2",
       "Kingma & Welling 2014, appendix B", true, 1, kl_closed_form},
      {"vae.is_exact", RowKind::identity,
       "importance sampling gives log p(x), and log p(x) - ELBO = KL(q(z|x) || p(z|x))",
       "Kingma & Welling 2014, eq. 1; Burda et al. 2016", true, 15, is_exact},
      {"vae.estimators_agree", RowKind::identity,
       "the reparametrised and the log-derivative gradient both have the exact gradient as their mean",
       "Kingma & Welling 2014, section 2.4; Williams 1992", true, 3, estimators_agree},
      {"vae.estimator_variance", RowKind::identity,
       "the reparametrised gradient varies at least 100 times less than REINFORCE with a constant baseline, "
       "5 times less than with leave-one-out",
       "Kingma & Welling 2014, section 2.2; measured", true, 15, estimator_variance},
  };
}

}  // namespace gradzoo
