#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/options.h"
#include "gradzoo/datasets/batches.h"
#include "gradzoo/models/vae/network.h"

/// The objective of a variational auto-encoder, log p(x) >= ELBO(x) = E_q[log p(x|z)] - KL(q(z|x) || p(z))
/// or the bound of Burda et al. 2016 (IWAE), with two estimators of its gradient.
namespace gradzoo {

enum class VaeEstimator { reparam, log_derivative };
inline constexpr Choice<VaeEstimator> kVaeEstimators[] = {{"reparam", VaeEstimator::reparam},
                                                          {"log-derivative", VaeEstimator::log_derivative}};
enum class VaeBaseline { none, constant, leave_one_out };
inline constexpr Choice<VaeBaseline> kVaeBaselines[] = {{"none", VaeBaseline::none},
                                                        {"constant", VaeBaseline::constant},
                                                        {"leave-one-out", VaeBaseline::leave_one_out}};
enum class VaeObjective { elbo, iwae };
inline constexpr Choice<VaeObjective> kVaeObjectives[] = {{"elbo", VaeObjective::elbo},
                                                          {"iwae", VaeObjective::iwae}};

struct VaeObjectiveOptions {
  VaeObjective objective = VaeObjective::elbo;
  VaeEstimator estimator = VaeEstimator::reparam;
  VaeBaseline baseline = VaeBaseline::constant;  // for log_derivative
  double baseline_value = 0.0;                   // for VaeBaseline::constant, nats
  int64_t samples = 1;                           // K: codes z per image
  double kl_weight = 1.0;                        // beta
};

/// The objective of a batch, with its terms.
struct VaeTerms {
  Tensor loss;            // scalar to minimise; under log_derivative only its gradient is meaningful
  Tensor bound;           // (B) nats: the ELBO, or the IWAE bound; detached
  Tensor reconstruction;  // (B) nats: mean over the samples of -log p(x|z); detached
  Tensor kl;              // (B) nats: KL(q(z|x) || p(z)) in closed form; detached
};

/// Returns the objective of a batch of B images. log_likelihood(z) returns log p(x|z), (B K), for codes z (B
/// K, latent), K rows per image. eps (B K, latent) is the codes' noise. Records if a tape is alive.
VaeTerms vae_objective(const Posterior& q, TensorFn log_likelihood, const Tensor& eps,
                       const VaeObjectiveOptions& options);
/// Returns the objective of a network for images (B, pixels), and their labels if it is conditional.
VaeTerms vae_objective(const VaeNetwork& network, const Batch& batch, const Tensor& eps,
                       const VaeObjectiveOptions& options);

/// Returns K log importance weights log p(x|z) + log p(z) - log q(z|x), z ~ q, per row: (B, K).
Tensor vae_log_weights(const VaeNetwork& network, const Batch& batch, int64_t samples, Rng& rng);
/// Returns log p(z) of every row, given its label if there are labels.
using LogPrior = std::function<Tensor(const Tensor& z, const Tensor& labels)>;
/// Returns the weights of one set of codes z under each of several priors, concatenated: (priors B, K).
Tensor vae_log_weights(const VaeNetwork& network, const Batch& batch, int64_t samples, Rng& rng,
                       std::span<const LogPrior> priors);

}  // namespace gradzoo
