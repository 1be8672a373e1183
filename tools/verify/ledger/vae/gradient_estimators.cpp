#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/vae/vae.h"
#include "gradzoo/nn/distributions.h"
#include "tools/verify/ledger/rows.h"
#include "tools/verify/ledger/train_model.h"

namespace gradzoo {
namespace {

/// An objective as models/vae/vae.h has it.
using Objective = VaeTerms (*)(const Posterior& q, TensorFn log_likelihood, const Tensor& eps,
                               const VaeObjectiveOptions& options);

// A linear-Gaussian model: p(x|z) = N(Wz, s^2 I), for which the ELBO's gradient in (mean, logvar) is known.
struct LinearGaussian {
  static constexpr int64_t kLatent = 3, kPixels = 5;
  static constexpr double kVariance = 0.5;
  Tensor w, x, mean, logvar;  // (pixels, latent), (pixels), (latent), (latent)
  LinearGaussian() {
    Rng rng(11, "ledger/linear-gaussian");
    w = randn({kPixels, kLatent}, rng, DType::f64);
    x = randn({1, kPixels}, rng, DType::f64);
    mean = randn({1, kLatent}, rng, DType::f64);
    logvar = randn({1, kLatent}, rng, DType::f64) * 0.5 - 0.5;
  }
  Tensor log_likelihood(const Tensor& z) const {
    return sum(square(x - linear(z, w)), 1) * (-0.5 / kVariance);
  }
  // -E_q log p = (|x - W mu|^2 + sum_j |W_j|^2 e^logvar_j) / 2s^2; the loss adds the KL.
  Tensor exact_loss(const Tensor& m, const Tensor& lv) const {
    const Tensor fit = sum(square(x - linear(m, w))) + sum(sum(square(w), 0) * exp(lv));
    return fit * (0.5 / kVariance) + sum((exp(lv) + square(m) - 1.0 - lv) * 0.5);
  }
};

struct Spread {
  std::vector<double> mean, variance;  // of each column
};

Spread column_spread(const Tensor& rows) {
  return {mean(rows, 0).to_vector(), var_axis(rows, 0).to_vector()};
}

/// An estimated gradient of the ELBO in (mean, logvar) of a linear-Gaussian decoder, against the exact one.
struct Agreement {
  double error_in_se;     // |mean - exact| over the standard error of the whole vector
  double relative_error;  // that standard error over |exact|
};

Agreement measure_agreement(Objective objective, const VaeObjectiveOptions& options, int64_t replicates,
                            uint64_t seed) {
  const LinearGaussian model;
  Tape tape;
  Tensor m = model.mean.clone().requires_grad_(), lv = model.logvar.clone().requires_grad_();
  const Tensor exact_wanted[] = {m, lv};
  const Tensors exact = grad(model.exact_loss(m, lv), exact_wanted);

  // One replicate a row, so that a row's gradient times their number is that replicate's estimate.
  const Shape rows{replicates, LinearGaussian::kLatent};
  Tensor mean_rows = broadcast_to(model.mean, rows).clone().requires_grad_(),
         logvar_rows = broadcast_to(model.logvar, rows).clone().requires_grad_();
  Rng rng(seed, "ledger/agreement");
  const Tensor eps = randn({replicates * options.samples, LinearGaussian::kLatent}, rng, DType::f64);
  const VaeTerms terms = objective(
      {mean_rows, logvar_rows}, [&](const Tensor& z) { return model.log_likelihood(z); }, eps, options);
  const Tensor wanted[] = {mean_rows, logvar_rows};
  const Tensors estimates = grad(terms.loss, wanted);
  double error = 0, variance = 0, norm = 0;
  for (size_t part = 0; part < 2; ++part) {
    const Spread found = column_spread(estimates[part] * static_cast<double>(replicates));
    const std::vector<double> truth = exact[part].to_vector();
    for (size_t j = 0; j < truth.size(); ++j) {
      error += std::pow(found.mean[j] - truth[j], 2);
      variance += found.variance[j] / static_cast<double>(replicates);
      norm += truth[j] * truth[j];
    }
  }
  return {std::sqrt(error / variance), std::sqrt(variance / norm)};
}

RowResult estimators_agree(Objective objective, const RowContext& context) {
  const double kSharp = context.brief ? 0.04 : 0.02;
  const Agreement direct = measure_agreement(objective, {}, 20'000, context.seed);
  const VaeObjectiveOptions trick = {
      .estimator = VaeEstimator::log_derivative, .baseline = VaeBaseline::leave_one_out, .samples = 4};
  const Agreement log_derivative =
      measure_agreement(objective, trick, context.count(400'000, 100'000), context.seed);
  const bool sharp = direct.relative_error <= kSharp && log_derivative.relative_error <= kSharp;
  return {sharp ? std::max(direct.error_in_se, log_derivative.error_in_se) : INFINITY, AtMost{4},
          fmt::format("linear-Gaussian decoder 3-5, exact gradient in (mean, logvar): reparametrised off by "
                      "{:.2f} SE (SE {:.2g} of the norm), log-derivative with leave-one-out by {:.2f} SE (SE "
                      "{:.2g}); SE at most .02; false alarm below 1e-4",
                      direct.error_in_se, direct.relative_error, log_derivative.error_in_se,
                      log_derivative.relative_error)};
}

/// Trace of the covariance of the gradient in the posterior's mean, averaged over images x: one loss an
/// image.
double gradient_variance(Objective objective, const VaeNetwork& network, const Tensor& x,
                         const VaeObjectiveOptions& options, int64_t replicates, uint64_t seed) {
  Rng rng(seed, "ledger/variance");
  const int64_t n = x.dim(0), latent = network.shape().latent, k = options.samples;
  Posterior fixed;
  {
    const NoGrad quiet;
    fixed = network.encode(x);
  }
  Tensor first = zeros({n, latent}, DType::f64), second = zeros({n, latent}, DType::f64);
  const Tensor repeated =
      reshape(broadcast_to(reshape(x, {n, 1, x.dim(1)}), {n, k, x.dim(1)}), {n * k, x.dim(1)});
  for (int64_t r = 0; r < replicates; ++r) {
    Tape tape;
    const Tensor mean_leaf = fixed.mean.clone().requires_grad_();
    const Tensor eps = randn({n * k, latent}, rng);
    const auto likelihood = [&](const Tensor& z) { return network.log_likelihood(repeated, z); };
    const VaeTerms terms = objective({mean_leaf, fixed.logvar}, likelihood, eps, options);
    const Tensor g = cast(grad(terms.loss, mean_leaf), DType::f64) * static_cast<double>(n);
    first = first + g;
    second = second + square(g);
  }
  const double count = static_cast<double>(replicates);
  const Tensor variance = (second - square(first) * (1 / count)) * (1 / (count - 1));
  return mean(sum(variance, 1)).item();
}

/// The options of each estimator; K = 2.
struct Estimators {
  VaeObjectiveOptions reparametrised = {};
  VaeObjectiveOptions constant = {.estimator = VaeEstimator::log_derivative,
                                  .baseline = VaeBaseline::constant};
  VaeObjectiveOptions leave_one_out = {.estimator = VaeEstimator::log_derivative,
                                       .baseline = VaeBaseline::leave_one_out};
};

RowResult estimator_variance(const Estimators& estimators, const RowContext& context) {
  constexpr int64_t kSamples = 2;
  const int64_t images = context.count(100, 20), replicates = context.count(100, 40);
  const std::unique_ptr<Session> vae = train_model(
      fmt::format("vae {} lr=0.001 schedule=constant prior=normal", context.brief ? "steps=100" : "epochs=1"),
      context);
  const VaeNetwork& network = dynamic_cast<Vae&>(*vae->model).network();
  const Tensor x = read_examples(vae->data.view().examples, 0, images, Pixels::grey, Rng(0)).x;
  const auto measure = [&](VaeObjectiveOptions options) {
    options.samples = kSamples;
    const Posterior q = network.encode(x);
    options.baseline_value = mean(network.log_likelihood(x, q.mean)).item();
    return gradient_variance(vae_objective, network, x, options, replicates, context.seed);
  };
  const double reparam = measure(estimators.reparametrised);
  const double constant = measure(estimators.constant);
  const double leave_one_out = measure(estimators.leave_one_out);
  const double margin = std::min(constant / reparam / 100, leave_one_out / reparam / 5);
  return {margin, AtLeast{1},
          fmt::format("784-500-20 after 1 epoch, {} images x {} draws of K = {}: trace of the covariance "
                      "{:.3g} reparametrised; REINFORCE {:.0f} times that with a constant baseline (at least "
                      "100), {:.1f} times with leave-one-out (at least 5); value: the smaller share",
                      images, replicates, kSamples, reparam, constant / reparam, leave_one_out / reparam)};
}

}  // namespace

std::vector<Row> vae_estimator_rows() {
  return {
      identity(
          {"vae.estimators_agree",
           "the reparametrised and the log-derivative gradient both have the exact gradient as their mean",
           "Kingma & Welling 2014, section 2.4; Williams 1992", 3},
          estimators_agree, vae_objective,
          {{"a baseline that reads its own sample",
            [](const Posterior& q, TensorFn f, const Tensor& eps, const VaeObjectiveOptions& options) {
              // f - the mean over all K, its own among them, shrinks the gradient by (K-1)/K
              VaeTerms terms = vae_objective(q, f, eps, options);
              const Tensor kl = mean(sum(kl_standard_normal(q.mean, q.logvar), 1));
              terms.loss = (terms.loss - kl) * 0.75 + kl;
              return terms;
            }},
           {"noise of e^logvar in place of its root",
            [](const Posterior& q, TensorFn f, const Tensor& eps, const VaeObjectiveOptions& options) {
              return vae_objective({q.mean, q.logvar * 2.0}, f, eps, options);
            }}}),
      identity(
          {"vae.estimator_variance",
           "the reparametrised gradient varies at least 100 times less than REINFORCE with a constant "
           "baseline, "
           "5 times less than with leave-one-out",
           "Kingma & Welling 2014, section 2.2; measured", 15},
          estimator_variance, {},
          {{"REINFORCE taken for the reparametrised gradient", {.reparametrised = Estimators().constant}},
           {"leave-one-out without its baseline's scores", {.leave_one_out = {}}}})};
}

}  // namespace gradzoo
