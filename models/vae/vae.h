#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/options.h"
#include "gradzoo/datasets/batches.h"
#include "gradzoo/datasets/dataset.h"
#include "gradzoo/datasets/images/pixels.h"
#include "gradzoo/models/base/entry.h"
#include "gradzoo/models/base/model.h"
#include "gradzoo/models/networks/image_coder.h"
#include "gradzoo/nn/fit/gaussian_mixture.h"
#include "gradzoo/nn/layers/layers.h"

/// Variational auto-encoder (Kingma & Welling 2014, "Auto-encoding variational Bayes"):
///   p(z) = N(0, I),  p(x|z) = prod_i Bernoulli(x_i; sigmoid(decoder(z)_i)),  q(z|x) = N(mean(x), diag exp
///   logvar(x)), log p(x) >= ELBO(x) = E_q[log p(x|z)] - KL(q(z|x) || p(z)).
/// Of points p(x|z) = N(decoder(z), diag sigma^2).
namespace gradzoo {

/// q(z|x) of every row.
struct Posterior {
  Tensor mean;    // (B, latent)
  Tensor logvar;  // (B, latent), natural logarithm
};

enum class VaeNet { mlp, conv };
inline constexpr Choice<VaeNet> kVaeNets[] = {{"mlp", VaeNet::mlp}, {"conv", VaeNet::conv}};

/// p(x|z) = N(decoder(z), diag sigma^2).
struct GaussianDecoder {
  double sigma = 1;     // its value, or where it begins
  bool learned = true;  // with the weights
  bool each = false;    // one of each number; else one of all
};

struct VaeShape {
  VaeNet net = VaeNet::mlp;
  DataShape data = {.example = {28, 28}};
  int64_t classes = 0;    // 0: unconditional
  int64_t channels = 32;  // of conv
  int64_t latent = 20;
  int64_t hidden = 500;  // of mlp, as the two below
  std::string encoder_activation = "sigmoid";
  std::string decoder_activation = "tanh";
  std::optional<GaussianDecoder> gaussian = {};  // empty: Bernoulli
  DType dtype = DType::f32;
  /// That it is conditional on.
  LabelNames labels() const { return classes > 0 ? data.labels() : LabelNames(); }
};

/// Encoder pixels-hidden-(mean, logvar) and decoder latent-hidden-pixels; or two convolutions in place of
/// hidden layers. Labels y (B) i64 are inputs of both, q(z|x,y) and p(x|z,y) (Sohn et al. 2015), if the
/// network is conditional.
class VaeNetwork : public Module {
 public:
  VaeNetwork(const VaeShape& shape, Rng& rng);
  Posterior encode(const Tensor& x, const Tensor& labels = {}) const;  // x (B, pixels)
  /// z (B, latent) -> (B, pixels): logits, or the means of a Gaussian.
  Tensor decode(const Tensor& z, const Tensor& labels = {}) const;
  /// The mean of p(x|z) of every row: (B, pixels).
  Tensor expected(const Tensor& z, const Tensor& labels = {}) const;
  /// x ~ p(x|z) of every row: (B, pixels), of a Bernoulli 0 and 1.
  Tensor draw(const Tensor& z, const Tensor& labels, Rng& rng) const;
  /// log p(x|z) of every row, nats: (B). On grey pixels this is minus the cross-entropy, not a density.
  Tensor log_likelihood(const Tensor& x, const Tensor& z, const Tensor& labels = {}) const;
  /// log sigma^2 of a Gaussian p(x|z): (1), or (pixels); undefined of a Bernoulli.
  const Tensor& decoder_logvar() const { return decoder_logvar_; }
  const VaeShape& shape() const { return shape_; }

 private:
  VaeShape shape_;
  Tensor decoder_logvar_;
  std::unique_ptr<ImageEncoder> encoder_;                  // of conv
  std::unique_ptr<Linear> encoder_hidden_, encoder_head_;  // mean and logvar side by side: (B, 2 latent)
  Activation encoder_activation_;
  std::unique_ptr<ImageDecoder> decoder_;
  std::unique_ptr<Linear> decoder_hidden_, decoder_out_;
  Activation decoder_activation_;
};

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
  VaeBaseline baseline = VaeBaseline::constant;  // of log_derivative
  double baseline_value = 0.0;                   // of VaeBaseline::constant: nats
  int64_t samples = 1;                           // K, z drawn an image
  double kl_weight = 1.0;                        // beta
};

/// The objective of a batch, and its parts.
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
/// The same for a network and images (B, pixels), with their labels if it is conditional.
VaeTerms vae_objective(const VaeNetwork& network, const Batch& batch, const Tensor& eps,
                       const VaeObjectiveOptions& options);

/// K log importance weights log p(x|z) + log p(z) - log q(z|x), z ~ q, of every row: (B, K).
Tensor vae_log_weights(const VaeNetwork& network, const Batch& batch, int64_t samples, Rng& rng);
/// log p(z) of every row, given its label where there are some.
using LogPrior = std::function<Tensor(const Tensor& z, const Tensor& labels)>;
/// The same weights under other priors, of the same z: (B, K) of each, one after another.
Tensor vae_log_weights(const VaeNetwork& network, const Batch& batch, int64_t samples, Rng& rng,
                       std::span<const LogPrior> priors);

enum class Prior { normal, mixture };
inline constexpr Choice<Prior> kPriors[] = {{"normal", Prior::normal}, {"mixture", Prior::mixture}};

/// p(z), or p(z|y) of a conditional VAE: N(0, I), under which it trains; or, once it is trained, mixtures of
/// Gaussians fitted to the codes of training images, one for each class. The codes fill only a part of
/// N(0, I), and a decoder knows nothing of the rest (Dai & Wipf 2019; Ghosh et al. 2020, "From variational to
/// deterministic autoencoders").
class VaePrior {
 public:
  /// `components` Gaussians, shared by the classes; 0: N(0, I) alone. classes 0: unconditional.
  VaePrior(int64_t components, int64_t latent, int64_t classes);

  void add_to(State& state);
  /// Fits mixtures to one code of each image, z ~ q(z|x).
  void fit(const VaeNetwork& network, const Examples& images, Pixels pixels, uint64_t seed);
  /// The mixtures are of other weights than the network's.
  void forget();
  bool can_be_fitted() const { return !mixtures_.empty(); }
  bool is_fitted() const { return fitted_ != 0; }
  /// `wanted`, or N(0, I) as long as there is no mixture.
  Prior in_use(Prior wanted) const { return is_fitted() ? wanted : Prior::normal; }

  /// p(z) as Gaussians, where there are no labels.
  GaussianMixture gaussians(Prior which) const;
  /// log p(z) of every row of z (n, latent): (n), of z's dtype. Labels (n) iff it is conditional.
  Tensor log_prob(Prior which, const Tensor& z, const Tensor& labels) const;
  /// (n, latent) f32
  Tensor sample(Prior which, int64_t n, const Tensor& labels, Rng& rng) const;
  /// KL(q(z|x) || p(z)) of every row (n), nats: of N(0, I) in closed form, of a mixture log q(z|x) - log p(z)
  /// at z ~ q(z|x), whose mean it is.
  Tensor kl(Prior which, const Posterior& q, const Tensor& z, const Tensor& labels) const;

 private:
  int64_t latent_, fitted_ = 0;
  std::vector<GaussianMixture> mixtures_;  // of each class, or one
};

/// z ~ q(z|x), a row each.
Tensor draw_codes(const Posterior& q, Rng& rng);

/// What is learned of a Gaussian decoder's sigma: one number, or one of each coordinate.
enum class VaeSigmas { one, each };
inline constexpr Choice<VaeSigmas> kVaeSigmas[] = {{"one", VaeSigmas::one}, {"each", VaeSigmas::each}};

enum class VaeArchitecture { seed, pytorch_examples };
inline constexpr Choice<VaeArchitecture> kVaeArchitectures[] = {
    {"seed", VaeArchitecture::seed}, {"pytorch-examples", VaeArchitecture::pytorch_examples}};

enum class VaePreset { none, textbook };
inline constexpr Choice<VaePreset> kVaePresets[] = {{"none", VaePreset::none},
                                                    {"textbook", VaePreset::textbook}};
/// What a sample shows of p(x|z): its mean, or a draw from it.
enum class VaeDraw { mean, sample };
inline constexpr Choice<VaeDraw> kVaeDraws[] = {{"mean", VaeDraw::mean}, {"sample", VaeDraw::sample}};

struct VaeOptions {
  VaeArchitecture architecture = VaeArchitecture::seed;
  VaePreset preset = VaePreset::none;
  VaeNet net = VaeNet::mlp;
  bool conditional = false;
  int64_t channels = 32;
  int64_t hidden = 500;
  int64_t latent = 20;
  std::string encoder_activation = "sigmoid";
  std::string decoder_activation = "tanh";
  Pixels pixels = Pixels::grey;
  VaeObjective objective = VaeObjective::elbo;
  int64_t samples = 1;
  VaeEstimator estimator = VaeEstimator::reparam;
  VaeBaseline baseline = VaeBaseline::constant;
  double beta = 1;
  double kl_warmup = 0;
  int64_t importance_samples = 1000;
  Prior prior = Prior::mixture;
  int64_t components = 200;
  VaeDraw draw = VaeDraw::mean;
  double decoder_sigma = 0;  // 0: learned
  VaeSigmas sigmas = VaeSigmas::one;

  void describe(OptionTable& options);
  void describe_evaluation(OptionTable& options);  // what an evaluation may choose anew
  void describe_sampling(OptionTable& options);
  void adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);

 private:
  void refuse_sigma(const DataShape& shape) const;
};

class Vae : public Model {
 public:
  Vae(const VaeOptions& options, const DataShape& shape, const TrainingOptions& training);

  void train_step(const StepContext& context, MetricRow row) override;
  void finish(const Examples& examples) override;
  void reopen() override { prior_.forget(); }
  std::vector<CurveLevel> levels(const DataView& data) override;
  std::unique_ptr<SamplingOptions> sampling_options() const override { return sampling_options_of(options_); }
  VaeNetwork& network() { return network_; }
  const VaePrior& prior() const { return prior_; }
  void describe_evaluation(OptionTable& options) override;
  LabelNames labels() const override { return network_.shape().labels(); }

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  Quantities do_evaluate_at_length(const DataView& data, const ShareDone& done) override;
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  std::vector<Picture> do_image_pictures(const DataView& data) override;
  std::vector<Picture> do_point_pictures(const DataView& data) override;
  Abilities do_abilities() override;

 private:
  /// The prior that these options ask for. Throws Error where the run was never to have it.
  Prior prior_of(const VaeOptions& asked) const;
  /// Minus the bound, with one code for each image.
  AnomalyScores minus_bound(const AnomalyRequest& request) const;
  std::string density() const;  // what is bounded
  /// Whether p(x|z) is a density of what is learned; else it is the cross-entropy of grey pixels.
  bool is_likelihood() const;
  /// Whether log p(x) is an integral over so few codes that quadrature finds it.
  bool is_integrable() const;
  /// The mean of rows, in the unit of these data.
  Quantity nats(const QuantityInfo& info, const Tensor& rows, std::string meaning) const;
  Quantities sampled_log_px(const DataView& data, const ShareDone& done) const;
  Quantities exact_log_px(const DataView& data, const ShareDone& done) const;

  DataShape shape_;
  VaeOptions options_;
  Rng init_rng_, noise_rng_;
  VaeNetwork network_;
  VaePrior prior_;
  Learner learner_;
  double baseline_ = 0.0;  // running mean of log p(x|z), for the log-derivative estimator
  Metric loss_, reconstruction_, kl_, grad_norm_;
};

/// The VAE's line in the list of models.
ModelEntry vae_entry();

inline constexpr QuantityInfo kVaeBceKl{"bce_kl", "nats/image"},
    kVaeEntropyFloor{"entropy_floor", "nats/image"}, kVaeElbo{"elbo", "nats/image", {.volumes = -1}},
    kVaeNegativeElbo{"negative_elbo", "nats/image", {.volumes = 1}},
    kVaeReconstruction{"reconstruction", "nats/image", {.volumes = 1}}, kVaeKl{"kl", "nats/image"},
    kVaeLogPx{"log_px", "nats/image", {.volumes = -1}}, kVaeKlNormal{"kl_normal", "nats/image"},
    kVaeLogPxNormal{"log_px_normal", "nats/image", {.volumes = -1}},
    kVaeAggregateNormal{"aggregate_kl_normal", "nats"}, kVaeAggregateMixture{"aggregate_kl_mixture", "nats"},
    kVaeKlToTruth{"kl_to_truth", "nats"}, kVaeSigma{"decoder_sigma", "", {.lengths = 1}};

/// The ELBO's parts on a set of images, one z an image. Deterministic in the seed.
struct VaeBound {
  Tensor reconstruction;   // (N) nats: -log p(x|z), z ~ q(z|x)
  Tensor kl;               // (N) nats, of N(0, I)
  Tensor kl_mixture;       // (N) nats, of the mixture; undefined as long as there is none
  Posterior codes;         // q(z|x), (N, latent) each
  Tensor z, labels;        // (N, latent) ~ q(z|x); (N), of labelled images
  Tensor kl_by_dimension;  // (latent) nats, of N(0, I): mean over the images
};
VaeBound vae_bound(const VaeNetwork& network, const VaePrior& prior, const Examples& images, Pixels pixels,
                   uint64_t seed);

/// log 1/N sum_n N(z; mean_n, diag e^logvar_n), the aggregate posterior of N images, of every row of z
/// (m, latent): (m) f64.
Tensor log_aggregate_posterior(const Tensor& z, const Posterior& codes);

/// KL(q(z) || p(z)), nats, of the aggregate posterior of these N images at z ~ q(z) (Hoffman & Johnson 2016,
/// "ELBO surgery"), under N(0, I) and under the mixture, which is fitted: what a code's prior lacks. mean
/// KL(q(z|x) || p(z)) is this and the information I(x; z) <= log N.
Quantities aggregate_kls(const VaeBound& bound, const VaePrior& prior);

/// Latent dimensions whose posterior mean has a variance over the images above 0.01 (Burda, Grosse &
/// Salakhutdinov 2016, section 5.2).
int64_t active_units(const VaeBound& bound);

/// log p(x) of every image by importance sampling from q, (N) nats under each prior; `samples` an image. Its
/// expectation is below the true value (Burda et al. 2016, theorem 1); the gap shrinks with more samples.
/// Calls `done` with the share of the images measured so far.
struct VaeLogLikelihood {
  Tensor normal, mixture;  // undefined as long as there is none
};
VaeLogLikelihood vae_log_likelihood(const VaeNetwork& network, const VaePrior& prior, const Examples& images,
                                    Pixels pixels, int64_t samples, uint64_t seed, const ShareDone& done);
/// The same of rows x (B, pixels) under one prior: (B). Grey pixels are chances of 1: log weights are linear
/// in them and their logsumexp convex, so by Jensen it is below the mean of log p(b) over drawings b of 0
/// and 1.
Tensor vae_log_likelihood(const VaeNetwork& network, const VaePrior& prior, Prior which, const Tensor& x,
                          int64_t samples, Rng& rng);

}  // namespace gradzoo
