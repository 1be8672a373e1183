#include "gradzoo/models/vae/objective.h"

#include <cmath>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/nn/distributions.h"

namespace gradzoo {
namespace {

// Each row K times, one after the other: (B, n) -> (B K, n).
Tensor repeat_rows(const Tensor& x, int64_t k) {
  if (k == 1) return x;
  const int64_t b = x.dim(0), n = x.dim(1);
  return reshape(broadcast_to(reshape(x, {b, 1, n}), {b, k, n}), {b * k, n});
}

Tensor repeated_labels(const Tensor& labels, int64_t k) {
  if (k == 1 || !labels.defined()) return labels;
  return reshape(repeat_rows(reshape(labels, {labels.dim(0), 1}), k), {k * labels.dim(0)});
}

// log p(x|z) of z (B K, latent), K rows an image.
Tensor repeated_log_likelihood(const VaeNetwork& network, const Batch& batch, const Tensor& z, int64_t k) {
  return network.log_likelihood(repeat_rows(batch.x, k), z, repeated_labels(batch.labels, k));
}

}  // namespace

VaeTerms vae_objective(const VaeNetwork& network, const Batch& batch, const Tensor& eps,
                       const VaeObjectiveOptions& options) {
  const auto log_likelihood = [&](const Tensor& z) {
    return repeated_log_likelihood(network, batch, z, options.samples);
  };
  return vae_objective(network.encode(batch.x, batch.labels), log_likelihood, eps, options);
}

VaeTerms vae_objective(const Posterior& q, TensorFn log_likelihood, const Tensor& eps,
                       const VaeObjectiveOptions& options) {
  const int64_t b = q.mean.dim(0), k = options.samples;
  const Tensor mean_k = repeat_rows(q.mean, k), logvar_k = repeat_rows(q.logvar, k);
  Tensor z = mean_k + exp(logvar_k * 0.5) * eps;  // (B K, latent)
  if (options.estimator == VaeEstimator::log_derivative) z = z.detach();
  const Tensor log_px = reshape(log_likelihood(z), {b, k});
  const Tensor kl = sum(kl_standard_normal(q.mean, q.logvar), 1);  // (B)
  const Tensor reconstruction = mean(neg(log_px), 1);              // (B)

  VaeTerms terms{.loss = {}, .bound = {}, .reconstruction = reconstruction.detach(), .kl = kl.detach()};
  if (options.objective == VaeObjective::iwae) {
    // log (1/K) sum_k w_k, w_k = p(x|z_k) p(z_k) / q(z_k|x)   (Burda, Grosse & Salakhutdinov 2016, eq. 8)
    const Tensor log_prior = sum(standard_normal_log_prob(z), 1);
    const Tensor log_q = sum(normal_log_prob(z, mean_k, logvar_k), 1);
    const Tensor log_w = log_px + reshape(log_prior - log_q, {b, k});
    const Tensor bound = logsumexp(log_w, 1) - std::log(static_cast<double>(k));
    terms.loss = neg(mean(bound));
    terms.bound = bound.detach();
    return terms;
  }
  terms.bound = neg(terms.reconstruction + terms.kl);
  terms.loss = mean(reconstruction + kl * options.kl_weight);
  if (options.estimator == VaeEstimator::reparam) return terms;

  // grad_phi E_q[f(z)] = E_q[(f(z) - b) grad_phi log q(z|x)], z fixed, b anything that does not read z's own
  // sample (Williams 1992).
  const Tensor f = neg(log_px.detach());  // (B, K)
  Tensor baseline = full({1, 1}, -options.baseline_value, f.dtype());
  if (options.baseline == VaeBaseline::none) baseline = zeros({1, 1}, f.dtype());
  if (options.baseline == VaeBaseline::leave_one_out) {
    baseline = (sum(f, 1, true) - f) * (1.0 / static_cast<double>(k - 1));
  }
  const Tensor log_q = reshape(sum(normal_log_prob(z, mean_k, logvar_k), 1), {b, k});
  terms.loss = terms.loss + mean((f - baseline) * log_q);
  return terms;
}

Tensor vae_log_weights(const VaeNetwork& network, const Batch& batch, int64_t samples, Rng& rng) {
  const LogPrior standard = [](const Tensor& z, const Tensor&) {
    return sum(standard_normal_log_prob(z), 1);
  };
  return vae_log_weights(network, batch, samples, rng, {&standard, 1});
}

Tensor vae_log_weights(const VaeNetwork& network, const Batch& batch, int64_t samples, Rng& rng,
                       std::span<const LogPrior> priors) {
  const Posterior q = network.encode(batch.x, batch.labels);
  const Tensor mean_k = repeat_rows(q.mean, samples), logvar_k = repeat_rows(q.logvar, samples);
  const Tensor eps = randn(mean_k.shape(), rng, mean_k.dtype());
  const Tensor z = mean_k + exp(logvar_k * 0.5) * eps;
  const Tensor log_px = repeated_log_likelihood(network, batch, z, samples);
  const Tensor log_q = sum(normal_log_prob(z, mean_k, logvar_k), 1),
               labels = repeated_labels(batch.labels, samples);
  Tensors parts;
  for (const LogPrior& log_prior : priors)
    parts.push_back(reshape(log_px + log_prior(z, labels) - log_q, {batch.count(), samples}));
  return concat(parts, 0);
}

}  // namespace gradzoo
