#pragma once

#include <cstdint>
#include <string>

#include "gradzoo/autograd/random.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/options.h"
#include "gradzoo/datasets/dataset.h"
#include "gradzoo/datasets/images/pixels.h"
#include "gradzoo/models/base/entry.h"
#include "gradzoo/models/base/model.h"
#include "gradzoo/models/vae/eval.h"
#include "gradzoo/models/vae/network.h"
#include "gradzoo/models/vae/objective.h"
#include "gradzoo/models/vae/prior.h"

/// Variational auto-encoder (Kingma & Welling 2014, "Auto-encoding variational Bayes"), with the bound of
/// objective.h, the networks of network.h and the prior of prior.h.
namespace gradzoo {

/// The trained sigma of a Gaussian decoder: one value, or one per coordinate.
enum class VaeSigmas { one, each };
inline constexpr Choice<VaeSigmas> kVaeSigmas[] = {{"one", VaeSigmas::one}, {"each", VaeSigmas::each}};

enum class VaeArchitecture { seed, pytorch_examples };
inline constexpr Choice<VaeArchitecture> kVaeArchitectures[] = {
    {"seed", VaeArchitecture::seed}, {"pytorch-examples", VaeArchitecture::pytorch_examples}};

enum class VaePreset { none, textbook };
inline constexpr Choice<VaePreset> kVaePresets[] = {{"none", VaePreset::none},
                                                    {"textbook", VaePreset::textbook}};
/// The sample from p(x|z): its mean, or a draw.
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
  double decoder_sigma = 0;  // 0: trained
  VaeSigmas sigmas = VaeSigmas::one;

  void describe(OptionTable& options);
  void describe_evaluation(OptionTable& options);  // options of an evaluation
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
  VaeNetwork& network() { return network_; }
  const VaePrior& prior() const { return prior_; }

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Abilities do_abilities() override;

 private:
  /// Returns the prior in these options. Throws Error if the run was trained without it.
  Prior prior_of(const VaeOptions& asked) const;
  /// Returns minus the bound, with one code per image.
  AnomalyScores minus_bound(const AnomalyRequest& request) const;
  std::string density() const;  // name of the bounded density
  /// True if p(x|z) is a density of the data; false for the cross-entropy of grey pixels.
  bool is_likelihood() const;
  /// True if quadrature can compute log p(x): for few code dimensions.
  bool is_integrable() const;
  /// Returns the mean of rows, in the data's unit.
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

/// Returns the VAE's entry in the list of models.
ModelEntry vae_entry();

}  // namespace gradzoo
