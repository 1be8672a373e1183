#pragma once

#include "models/base/entry.h"
#include "models/vae/network.h"
#include "models/vae/objective.h"
#include "models/vae/options.h"
#include "models/vae/prior.h"

/// Variational auto-encoder (Kingma & Welling 2014, "Auto-encoding variational Bayes"):
///   p(z) = N(0, I),  p(x|z) = prod_i Bernoulli(x_i; sigmoid(decoder(z)_i)),  q(z|x) = N(mean(x), diag exp
///   logvar(x)), log p(x) >= ELBO(x) = E_q[log p(x|z)] - KL(q(z|x) || p(z)).
namespace gradzoo {

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
  std::vector<Picture> do_pictures(const DataView& data) override;
  Abilities do_abilities() override;

 private:
  /// The prior that these options ask for. Throws Error where the run was never to have it.
  Prior prior_of(const VaeOptions& asked) const;
  /// Minus the bound, with one code for each image.
  AnomalyScores minus_bound(const AnomalyRequest& request) const;
  std::string density() const;  // what is bounded

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

}  // namespace gradzoo
