#pragma once

#include "models/nce/contrastive.h"
#include "models/nce/options.h"

namespace gradzoo {

inline constexpr QuantityInfo kFlowKl{"flow_kl", "nats"};

/// Flow contrastive estimation (Gao et al. 2020): an energy e^(f - c) learns to discriminate data from a flow
/// q, which plays against it,
///   min_q max_f,c  V = E_data log D + E_q log(1 - D),   D = e^(f - c) / (e^(f - c) + q).
/// At the best f, V = 2 JSD(data, q) - log 4: the flow approaches the data, so the task stays hard, which
/// teaches the energy most. The result is a normalised energy, and a density with one-pass samples.
class Fce : public ContrastiveModel {
 public:
  Fce(const FceOptions& options, const DataShape& shape, const TrainingOptions& training);

  /// Initialises the actnorms from the data.
  void prepare(const Examples& training) override;
  void train_step(const StepContext& context, MetricRow row) override;
  std::unique_ptr<SamplingOptions> sampling_options() const override { return sampling_options_of(options_); }
  const CouplingFlow& flow() const { return flow_; }

 protected:
  const Noise& proposal() const override { return noise_; }
  /// The flow's KL beside the energy's.
  Quantities fit_to_truth(int64_t cells) const override;
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  std::vector<Picture> do_pictures(const DataView& data) override;
  std::string do_interpretation(const DataView& data) override;

 private:
  FceOptions options_;
  uint64_t seed_;
  Rng flow_rng_;
  CouplingFlow flow_;
  Noise noise_;
  Learner flow_learner_;
  Metric loss_, c_, d_data_, d_noise_, flow_nll_, grad_norm_;
};

/// Its line in the list of models.
ModelEntry fce_entry();

}  // namespace gradzoo
