#include <memory>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/models/eval/estimate.h"
#include "gradzoo/models/vae/vae.h"
#include "gradzoo/nn/distributions.h"
#include "tools/verify/ledger/figure.h"
#include "tools/verify/ledger/rows.h"

namespace gradzoo {
namespace {

/// KL(N(mu, e^logvar) || N(0,1)), elementwise.
using KlFormula = Tensor (*)(const Tensor& mu, const Tensor& logvar);

/// Returns the largest error of a closed form of the KL against quadrature of q log(q/p).
RowResult kl_closed_form(KlFormula kl, const RowContext&) {
  constexpr int64_t kPoints = 4001;
  double worst = 0;
  for (double mu : {-3.0, -1.0, -0.2, 0.0, 0.5, 2.0, 3.0}) {
    for (double logvar : {-6.0, -2.0, 0.0, 1.0, 2.0}) {
      const double s = std::exp(0.5 * logvar), step = 24 * s / (kPoints - 1);
      const Tensor x = arange(kPoints, DType::f64) * step + (mu - 12 * s);
      const Tensor log_q = square((x - mu) / s) * -0.5 - std::log(s),
                   log_p = square(x) * -0.5;  // the constants cancel
      const double quadrature =
          sum(exp(log_q) * (log_q - log_p)).item() * step / std::sqrt(2 * 3.14159265358979323846);
      const double closed = kl(scalar(mu, DType::f64), scalar(logvar, DType::f64)).item();
      worst = std::max(worst, std::abs(closed - quadrature));
    }
  }
  return {worst, AtMost{1e-9},
          "f64, 35 pairs of mu in [-3,3] and logvar in [-6,2], 4001 points; value: largest error, nats"};
}

/// A square grid of z in two dimensions for the trapezoid rule.
struct PlaneGrid {
  static constexpr int64_t kSide = 400;
  static constexpr double kHalf = 9.0;
  static constexpr double kStep = 2 * kHalf / (kSide - 1);
  Tensor z;  // (kSide^2, 2) f64
  PlaneGrid() : z(empty({kSide * kSide, 2}, DType::f64)) {
    double* out = z.mutable_data<double>();
    for (int64_t i = 0; i < kSide * kSide; ++i) {
      out[2 * i] = -kHalf + kStep * static_cast<double>(i / kSide);
      out[2 * i + 1] = -kHalf + kStep * static_cast<double>(i % kSide);
    }
  }
};

// log p(x|z) for all grid points and images, (Z, N): x'l - sum softplus(l), l the logits.
Tensor grid_log_likelihood(const VaeNetwork& network, const Tensor& z, const Tensor& x) {
  constexpr int64_t kChunk = 8000;
  Tensors parts;
  for (int64_t begin = 0; begin < z.dim(0); begin += kChunk) {
    const Tensor logits = network.decode(z.rows(begin, std::min(begin + kChunk, z.dim(0))));
    parts.push_back(matmul(logits, x, false, true) - sum(softplus(logits), 1, true));
  }
  return concat(parts, 0);
}

// Returns the network in f64, so that rounding does not dominate the quadrature.
std::unique_ptr<VaeNetwork> in_f64(const VaeNetwork& network) {
  VaeShape shape = network.shape();
  shape.dtype = DType::f64;
  Rng unused(0);
  auto copy = std::make_unique<VaeNetwork>(shape, unused);
  const std::vector<Tensor> from = network.parameters();
  std::vector<Tensor> to = copy->parameters();
  for (size_t i = 0; i < from.size(); ++i) {
    const Tensor values = cast(from[i], DType::f64);
    std::copy_n(values.data<double>(), values.size(), to[i].mutable_data<double>());
  }
  return copy;
}

/// Tolerances of the importance sampling estimate and of the ELBO's parts.
struct ExactnessParts {
  Tensor (*log_weights)(const VaeNetwork&, const Batch&, int64_t samples, Rng&) = vae_log_weights;
  KlFormula kl = kl_standard_normal;
};

/// Errors for a VAE with two latent dimensions, where log p(x) is a sum over a grid of z.
struct Exactness {
  double importance_error;  // nats: |mean over the images of IS - log p(x)|
  double importance_worst;  // nats: the largest |IS - log p(x)| of one image
  double gap_error;         // nats: largest |log p(x) - ELBO - KL(q || p(z|x))|
  double mean_gap;          // nats: mean of log p(x) - ELBO
};

Exactness measure_exactness(const VaeNetwork& trained, const Tensor& images, int64_t samples,
                            const ExactnessParts& parts) {
  const NoGrad quiet;
  const auto in_double = in_f64(trained);
  const VaeNetwork& network = *in_double;
  const Tensor x = cast(images, DType::f64);
  const PlaneGrid grid;
  const double log_cell = 2 * std::log(PlaneGrid::kStep);
  const Tensor& z = grid.z;
  const Tensor log_prior = reshape(sum(standard_normal_log_prob(z), 1), {z.dim(0), 1});
  const Tensor log_px_z = grid_log_likelihood(network, z, x);  // (Z, N)
  const Tensor log_joint = log_px_z + log_prior;               // (Z, N)
  const Tensor log_px = logsumexp(log_joint, 0) + log_cell;    // (N)
  Rng rng(1, "ledger/importance");
  const Tensor estimate = importance_log_likelihood(
      [&](int64_t k) {
        return parts.log_weights(network, {x, {}, {}}, k, rng);
      },
      samples, 100);

  const Posterior q = network.encode(x);
  const Tensor closed_kl = sum(parts.kl(q.mean, q.logvar), 1);  // (N)
  Exactness out{0, 0, 0, 0};
  for (int64_t i = 0; i < x.dim(0); ++i) {
    const Tensor log_q = sum(normal_log_prob(z, q.mean.rows(i, i + 1), q.logvar.rows(i, i + 1)), 1);  // (Z)
    const Tensor weight = exp(log_q + log_cell);
    const Tensor likelihood = reshape(slice(log_px_z, 1, i, i + 1), log_q.shape());
    const Tensor posterior =
        reshape(slice(log_joint, 1, i, i + 1), log_q.shape()) - log_px.rows(i, i + 1);  // log p(z|x)
    const double elbo = sum(weight * likelihood).item() - closed_kl.rows(i, i + 1).item();
    const double gap = sum(weight * (log_q - posterior)).item();
    const double truth = log_px.rows(i, i + 1).item();
    const double difference = estimate.rows(i, i + 1).item() - truth;
    out.importance_error += difference / static_cast<double>(x.dim(0));
    out.importance_worst = std::max(out.importance_worst, std::abs(difference));
    out.gap_error = std::max(out.gap_error, std::abs(truth - elbo - gap));
    out.mean_gap += gap / static_cast<double>(x.dim(0));
  }
  out.importance_error = std::abs(out.importance_error);
  return out;
}

// The brief measurement uses a small untrained network, for which importance sampling is precise.
RowResult is_exact(const ExactnessParts& parts, const RowContext& context) {
  constexpr int64_t kImages = 50, kSamples = 5000;
  const auto of_digits = [&] {
    const std::unique_ptr<Session> vae = train_model(
        "vae latent=2 hidden=100 pixels=dynamic-binary objective=iwae samples=10 epochs=1 "
        "lr=0.001 schedule=constant prior=normal",
        context);
    const Tensor x = read_examples(vae->data.evaluation_examples(Split::test), 0, kImages,
                                   Pixels::dynamic_binary, Rng(context.seed, "ledger/pixels"))
                         .x;
    return measure_exactness(dynamic_cast<Vae&>(*vae->model).network(), x, kSamples, parts);
  };
  const auto of_small = [&] {
    Rng rng(3, "ledger/small-vae");
    const VaeNetwork network({.data = {.example = {12}}, .latent = 2, .hidden = 8}, rng);
    return measure_exactness(network, bernoulli(full({4, 12}, 0.4), rng), 2000, parts);
  };
  const Exactness found = context.brief ? of_small() : of_digits();
  return {std::max(found.importance_error / 0.02, found.gap_error / 1e-3), AtMost{1},
          fmt::format("code in 2 dimensions, 1 epoch of IWAE, {} binarised test images, 400^2 grid; "
                      "importance sampling with K = {}: mean error {:.4f} nats (allowed 0.02), largest error "
                      "{:.3f} nats (q is narrower than some posteriors, and one image in fifty then has an "
                      "error of 0.1 nats); mean of log p - ELBO = KL(q||p(z|x)): {:.3f} nats, error at most "
                      "{:.1e} (allowed 1e-3); value: the larger share of what is allowed",
                      kImages, kSamples, found.importance_error, found.importance_worst, found.mean_gap,
                      found.gap_error)};
}

Tensor twice(const Tensor& mu, const Tensor& logvar) { return kl_standard_normal(mu, logvar) * 2.0; }

}  // namespace

Rows vae_exactness_rows() {
  return {identity(
              {"vae.kl_closed_form", "for Gaussians, KL(N(mu, s^2) || N(0,1)) = (s^2 + mu^2 - 1 - log s^2)/2",
               "Kingma & Welling 2014, appendix B", 1},
              kl_closed_form, kl_standard_normal,
              {{"twice the size", twice},
               {"logvar with the wrong sign",
                [](auto& mu, auto& logvar) { return (exp(logvar) + square(mu) - 1.0 + logvar) * 0.5; }},
               {"a logarithm of base 2",
                [](auto& mu, auto& logvar) { return kl_standard_normal(mu, logvar * std::log(2.0)); }}}),
          identity({"vae.is_exact",
                    "importance sampling estimates log p(x), and log p(x) - ELBO = KL(q(z|x) || p(z|x))",
                    "Kingma & Welling 2014, eq. 1; Burda et al. 2016", 15},
                   is_exact, {},
                   {{"weights without the prior's constant",
                     {.log_weights =
                          [](auto& network, auto& batch, int64_t samples, auto& rng) {
                            return vae_log_weights(network, batch, samples, rng) +
                                   std::log(2 * 3.141592653589793);
                          }}},
                    {"a KL of twice the size", {.kl = twice}}})};
}

namespace {

/// An objective of models/vae/objective.h.
using Objective = VaeTerms (*)(const Posterior& q, TensorFn log_likelihood, const Tensor& eps,
                               const VaeObjectiveOptions& options);

// A linear-Gaussian model p(x|z) = N(Wz, s^2 I) with the exact gradient of the ELBO in (mean, logvar).
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

/// Errors of an estimated gradient of the ELBO in (mean, logvar) for a linear-Gaussian decoder.
struct Agreement {
  double error_in_se;     // |mean - exact| over the standard error of the whole vector
  double relative_error;  // that standard error over |exact|
};

Agreement measure_agreement(Objective objective, const VaeObjectiveOptions& options, int64_t replicates,
                            uint64_t seed) {
  const LinearGaussian model;
  Tape tape;
  Tensor m = model.mean.clone().requires_grad_(), lv = model.logvar.clone().requires_grad_();
  const Tensors exact = grad(model.exact_loss(m, lv), {m, lv});

  // Each row is one replicate: its gradient times the number of rows is this replicate's estimate.
  const Shape rows{replicates, LinearGaussian::kLatent};
  Tensor mean_rows = broadcast_to(model.mean, rows).clone().requires_grad_(),
         logvar_rows = broadcast_to(model.logvar, rows).clone().requires_grad_();
  Rng rng(seed, "ledger/agreement");
  const Tensor eps = randn({replicates * options.samples, LinearGaussian::kLatent}, rng, DType::f64);
  const VaeTerms terms = objective(
      {mean_rows, logvar_rows}, [&](const Tensor& z) { return model.log_likelihood(z); }, eps, options);
  const Tensors estimates = grad(terms.loss, {mean_rows, logvar_rows});
  double error = 0, variance = 0, norm = 0;
  for (size_t part = 0; part < 2; ++part) {
    const Tensor found = estimates[part] * static_cast<double>(replicates);
    const std::vector<double> truth = exact[part].to_vector(), means = mean(found, 0).to_vector(),
                              variances = var_axis(found, 0).to_vector();
    for (size_t j = 0; j < truth.size(); ++j) {
      error += std::pow(means[j] - truth[j], 2);
      variance += variances[j] / static_cast<double>(replicates);
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
          fmt::format("linear-Gaussian decoder 3-5, exact gradient in (mean, logvar): error of the "
                      "reparametrised estimator {:.2f} SE (SE {:.2g} of the norm), of the log-derivative "
                      "estimator with leave-one-out baseline {:.2f} SE (SE {:.2g}); SE at most 0.02 of the "
                      "norm; value: the larger error; false-alarm rate below 1e-4",
                      direct.error_in_se, direct.relative_error, log_derivative.error_in_se,
                      log_derivative.relative_error)};
}

/// Returns the mean over images of the trace of the covariance of the gradient in the posterior's mean.
double gradient_variance(Objective objective, const VaeNetwork& network, const Tensor& x,
                         const VaeObjectiveOptions& options, int64_t replicates, uint64_t seed) {
  Rng rng(seed, "ledger/variance");
  const int64_t n = x.dim(0), latent = network.shape().latent, k = options.samples;
  const Posterior fixed = network.encode(x);
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

/// The options of each estimator, with K = 2.
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
  const double reparam = measure(estimators.reparametrised), constant = measure(estimators.constant),
               leave_one_out = measure(estimators.leave_one_out);
  const double margin = std::min(constant / reparam / 100, leave_one_out / reparam / 5);
  return {
      margin, AtLeast{1},
      fmt::format(
          "784-500-20 after 1 epoch, {} images, {} draws with K = {} each: trace of the covariance {:.3g} "
          "reparametrised; REINFORCE has {:.0f} times this trace with a constant baseline (at least 100) and "
          "{:.1f} times with a leave-one-out baseline (at least 5); value: the smaller ratio to its minimum",
          images, replicates, kSamples, reparam, constant / reparam, leave_one_out / reparam)};
}

}  // namespace

Rows vae_estimator_rows() {
  return {
      identity({"vae.estimators_agree",
                "the reparametrised and the log-derivative estimators of the ELBO's gradient are unbiased",
                "Kingma & Welling 2014, section 2.4; Williams 1992", 3},
               estimators_agree, vae_objective,
               {{"a baseline that uses its own sample",
                 [](auto& q, TensorFn f, auto& eps, auto& options) {
                   // f - the mean over all K, its own among them, shrinks the gradient by (K-1)/K
                   VaeTerms terms = vae_objective(q, f, eps, options);
                   const Tensor kl = mean(sum(kl_standard_normal(q.mean, q.logvar), 1));
                   terms.loss = (terms.loss - kl) * 0.75 + kl;
                   return terms;
                 }},
                {"noise scaled with exp(logvar) instead of its root",
                 [](auto& q, TensorFn f, auto& eps, auto& options) {
                   return vae_objective({q.mean, q.logvar * 2.0}, f, eps, options);
                 }}}),
      identity(
          {"vae.estimator_variance",
           "the reparametrised gradient's variance is at least 100 times smaller than REINFORCE's with a "
           "constant baseline, and 5 times smaller than with a leave-one-out baseline",
           "Kingma & Welling 2014, section 2.2; the factors are ours", 15},
          estimator_variance, {},
          {{"REINFORCE instead of the reparametrised gradient", {.reparametrised = Estimators().constant}},
           {"leave-one-out without the scores of its baseline", {.leave_one_out = {}}}})};
}

}  // namespace gradzoo
