#pragma once

#include <memory>
#include <string>

#include "autograd/base/function_ref.h"
#include "models/base/entry.h"
#include "models/base/model.h"
#include "nn/layers/layers.h"
#include "nn/learn/learner.h"

/// Variational auto-encoder (Kingma & Welling 2014, "Auto-encoding variational Bayes"):
///   p(z) = N(0, I),  p(x|z) = prod_i Bernoulli(x_i; sigmoid(decoder(z)_i)),  q(z|x) = N(mean(x), diag exp
///   logvar(x)), log p(x) >= ELBO(x) = E_q[log p(x|z)] - KL(q(z|x) || p(z)).
namespace gradzoo {

/// q(z|x) of every row.
struct Posterior {
  Tensor mean;    // (B, latent)
  Tensor logvar;  // (B, latent), natural logarithm
};

struct VaeShape {
  int64_t pixels = 784;
  int64_t hidden = 500;
  int64_t latent = 20;
  std::string encoder_activation = "sigmoid";
  std::string decoder_activation = "tanh";
  DType dtype = DType::f32;
};

/// Encoder pixels-hidden-(mean, logvar) and decoder latent-hidden-pixels.
class VaeNetwork : public Module {
 public:
  VaeNetwork(const VaeShape& shape, Rng& rng);
  Posterior encode(const Tensor& x) const;  // x (B, pixels)
  Tensor decode(const Tensor& z) const;     // z (B, latent) -> logits (B, pixels)
  /// log p(x|z) of every row, nats: (B). On grey pixels this is minus the cross-entropy, not a density.
  Tensor log_likelihood(const Tensor& x, const Tensor& z) const;
  const VaeShape& shape() const { return shape_; }

 private:
  VaeShape shape_;
  Linear encoder_hidden_, encoder_head_;  // the head gives mean and logvar side by side: (B, 2 latent)
  Activation encoder_activation_;
  Linear decoder_hidden_, decoder_out_;
  Activation decoder_activation_;
};

enum class VaeEstimator { reparam, log_derivative };
enum class VaeBaseline { none, constant, leave_one_out };
enum class VaeObjective { elbo, iwae };

struct VaeObjectiveOptions {
  VaeObjective objective = VaeObjective::elbo;
  VaeEstimator estimator = VaeEstimator::reparam;
  VaeBaseline baseline = VaeBaseline::constant;  // of log_derivative
  double baseline_value = 0.0;                   // of VaeBaseline::constant: nats
  int64_t samples = 1;                           // K, z drawn an image
  double kl_weight = 1.0;                        // beta
};

/// What a batch's objective comes to.
struct VaeTerms {
  Tensor loss;   // scalar, to descend; under log_derivative its value is not the bound, its gradient is right
  Tensor bound;  // (B) nats: the ELBO, or the IWAE bound; detached
  Tensor reconstruction;  // (B) nats: mean over the samples of -log p(x|z); detached
  Tensor kl;              // (B) nats: KL(q(z|x) || p(z)) in closed form; detached
};

/// The objective of a batch of B images from their codes' distribution and the likelihood: log_likelihood(z)
/// gives log p(x|z), (B K), for z (B K, latent), K rows an image. eps (B K, latent) is the noise. Recorded
/// where a tape is alive.
VaeTerms vae_objective(const Posterior& q, TensorFn log_likelihood, const Tensor& eps,
                       const VaeObjectiveOptions& options);
/// The same for a network and images x (B, pixels).
VaeTerms vae_objective(const VaeNetwork& network, const Tensor& x, const Tensor& eps,
                       const VaeObjectiveOptions& options);

/// K log importance weights log p(x|z) + log p(z) - log q(z|x), z ~ q, of every row: (B, K).
Tensor vae_log_weights(const VaeNetwork& network, const Tensor& x, int64_t samples, Rng& rng);

class Vae : public Model {
 public:
  Vae(const Settings& settings, const DataShape& shape);

  void register_state(State& state) override;
  std::span<const MetricInfo> metrics() const override { return metrics_; }
  void train_step(const StepContext& context, std::span<double> metrics) override;
  std::vector<Quantity> validate(const DataView& data) override;
  std::vector<Quantity> evaluate(const DataView& data) override;
  Tensor sample(int64_t n, Rng& rng) override;
  std::vector<Picture> pictures(const DataView& data) override;

  VaeNetwork& network() { return network_; }

 private:
  DataShape shape_;
  Rng init_rng_, noise_rng_;
  VaeNetwork network_;
  Learner learner_;
  Pixels pixels_;
  VaeObjectiveOptions objective_;
  double beta_;
  double kl_warmup_;  // share of all steps
  int64_t importance_samples_;
  double baseline_ = 0.0;  // running mean of log p(x|z), for the log-derivative estimator
  std::vector<MetricInfo> metrics_;
};

/// The VAE's line in the list of models.
ModelEntry vae_entry();

}  // namespace gradzoo
