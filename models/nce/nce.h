#pragma once

#include <optional>

#include "models/nce/contrastive.h"
#include "models/nce/options.h"

namespace gradzoo {

/// Noise-contrastive estimation (Gutmann & Hyvarinen 2010): f and c, from classifying data against noise of
/// known density.
class Nce : public ContrastiveModel {
 public:
  Nce(const NceOptions& options, const DataShape& shape, const TrainingOptions& training);

  /// With noise=flow, fits the flow.
  void prepare(const Examples& training) override;
  void train_step(const StepContext& context, MetricRow row) override;

 protected:
  void add_to(State& state) override;
  const Noise& proposal() const override { return noise_; }
  std::string do_interpretation(const DataView& data) override;

 private:
  uint64_t seed_;
  int64_t nu_, flow_steps_;           // noise points for each data point, steps of a flow that is fitted
  std::optional<CouplingFlow> flow_;  // with noise=flow
  Noise noise_;                       // p_n
  Metric loss_, c_, d_data_, d_noise_, grad_norm_;
};

/// Its line in the list of models.
ModelEntry nce_entry();

}  // namespace gradzoo
