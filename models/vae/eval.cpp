#include "gradzoo/models/vae/eval.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/models/base/over_examples.h"
#include "gradzoo/models/eval/estimate.h"
#include "gradzoo/models/vae/objective.h"
#include "gradzoo/nn/distributions.h"

namespace gradzoo {
namespace {

constexpr int64_t kImagesAtOnce = 500;  // images at once
constexpr int64_t kRowsAtOnce = 8000;   // decoder rows at once: some 25 MB of logits

}  // namespace

VaeBound vae_bound(const VaeNetwork& network, const VaePrior& prior, const Examples& images, Pixels pixels,
                   uint64_t seed) {
  const NoGrad quiet;
  Rng noise(seed, "eval/noise");
  Tensors reconstructions, kls, mixture_kls, means, logvars, codes, labels, kl_sums;
  for_each_batch(images, pixels, seed, kImagesAtOnce, [&](const Batch& batch) {
    const Posterior q = network.encode(batch.x, batch.labels);
    const Tensor z = draw_codes(q, noise);
    const Tensor kl = kl_standard_normal(q.mean, q.logvar);  // (B, latent)
    reconstructions.push_back(neg(network.log_likelihood(batch.x, z, batch.labels)));
    kls.push_back(sum(kl, 1));
    if (prior.is_fitted()) mixture_kls.push_back(prior.kl(Prior::mixture, q, z, batch.labels));
    means.push_back(q.mean);
    logvars.push_back(q.logvar);
    codes.push_back(z);
    if (batch.labels.defined()) labels.push_back(batch.labels);
    kl_sums.push_back(sum(kl, 0, true));
  });
  const double per_image = 1.0 / static_cast<double>(images.count());
  return {.reconstruction = concat(reconstructions, 0),
          .kl = concat(kls, 0),
          .kl_mixture = mixture_kls.empty() ? Tensor() : concat(mixture_kls, 0),
          .codes = {concat(means, 0), concat(logvars, 0)},
          .z = concat(codes, 0),
          .labels = labels.empty() ? Tensor() : concat(labels, 0),
          .kl_by_dimension = sum(concat(kl_sums, 0), 0) * per_image};
}

// By one product with z^2 and z.
Tensor log_aggregate_posterior(const Tensor& z, const Posterior& codes) {
  constexpr int64_t kCodesAtOnce = 256;
  const Tensor mean = cast(codes.mean, DType::f64), logvar = cast(codes.logvar, DType::f64),
               precision = exp(neg(logvar));
  const Tensor natural = concat(precision * -0.5, mean * precision, 1);  // (N, 2 d)
  const Tensor constant =
      sum(normal_log_prob(zeros_like(mean), mean, logvar), 1) - std::log(static_cast<double>(mean.dim(0)));
  Tensors parts;
  for (const Tensor& rows : split(cast(z, DType::f64), kCodesAtOnce))
    parts.push_back(logsumexp(matmul(concat(square(rows), rows, 1), natural, false, true) + constant, 1));
  return concat(parts, 0);
}

Quantities aggregate_kls(const VaeBound& bound, const VaePrior& prior) {
  const NoGrad quiet;
  const Tensor log_q = log_aggregate_posterior(bound.z, bound.codes);
  const auto under = [&](const QuantityInfo& info, Prior which, const char* name) {
    const Tensor log_p = cast(prior.log_prob(which, bound.z, bound.labels), DType::f64);
    return mean_over_examples(
        info, log_q - log_p,
        fmt::format("KL(q(z) || p(z)) of these images' codes together, p(z) the {}", name));
  };
  return {under(kVaeAggregateNormal, Prior::normal, "N(0, I)"),
          under(kVaeAggregateMixture, Prior::mixture, "mixture")};
}

int64_t active_units(const VaeBound& bound) {
  const std::vector<double> variances = var_axis(bound.codes.mean, 0).to_vector();
  return std::ranges::count_if(variances, [](double v) { return v > 0.01; });
}

VaeLogLikelihood vae_log_likelihood(const VaeNetwork& network, const VaePrior& prior, const Examples& images,
                                    Pixels pixels, int64_t samples, uint64_t seed, const ShareDone& done) {
  const NoGrad quiet;
  Rng noise(seed, "eval/importance");
  const int64_t at_once = std::min<int64_t>(samples, 100);
  std::vector<LogPrior> priors;
  for (const Prior which : {Prior::normal, Prior::mixture}) {
    if (prior.in_use(which) == which)
      priors.emplace_back([&prior, which](const Tensor& z, const Tensor& labels) {
        return prior.log_prob(which, z, labels);
      });
  }
  Tensors normal, mixture;
  int64_t measured = 0;
  for_each_batch(images, pixels, seed, std::max<int64_t>(1, kRowsAtOnce / at_once), [&](const Batch& batch) {
    const Tensor all = importance_log_likelihood(
        [&](int64_t k) { return vae_log_weights(network, batch, k, noise, priors); }, samples, at_once);
    normal.push_back(all.rows(0, batch.count()));
    if (priors.size() > 1) mixture.push_back(all.rows(batch.count(), 2 * batch.count()));
    measured += batch.count();
    done(static_cast<double>(measured) / static_cast<double>(images.count()));
  });
  return {concat(normal, 0), mixture.empty() ? Tensor() : concat(mixture, 0)};
}

Tensor vae_log_likelihood(const VaeNetwork& network, const VaePrior& prior, Prior which, const Tensor& x,
                          int64_t samples, Rng& rng) {
  const NoGrad quiet;
  const std::array<LogPrior, 1> under = {
      [&](const Tensor& z, const Tensor& labels) { return prior.log_prob(which, z, labels); }};
  return importance_log_likelihood(
      [&](int64_t k) {
        return vae_log_weights(network, {x, {}, {}}, k, rng, under);
      },
      samples, std::min(samples, std::max<int64_t>(1, kRowsAtOnce / x.dim(0))));
}

}  // namespace gradzoo
