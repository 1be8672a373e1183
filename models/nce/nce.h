#pragma once

#include "models/nce/contrastive.h"
#include "models/nce/options.h"

namespace gradzoo {

inline constexpr QuantityInfo kNceConstantError{"c_error", "nats"}, kNceLogProb{"log_p", "nats"};

/// Noise-contrastive estimation (Gutmann & Hyvarinen 2010): f and c, from telling data from noise of known
/// density.
class Nce : public ContrastiveModel {
 public:
  Nce(const NceOptions& options, const DataShape& shape, const TrainingOptions& training);

  void train_step(const StepContext& context, MetricRow row) override;

 protected:
  const Toy& proposal() const override { return *noise_; }
  /// The error of c beside it.
  Quantities fit_to_truth(int64_t cells) const override;
  Quantities do_evaluate(const DataView& data) override;
  std::string do_reading(const DataView& data) override;

 private:
  std::shared_ptr<const Toy> noise_;  // p_n
  int64_t nu_;                        // noise points for each data point
  Metric loss_, c_, d_data_, d_noise_, grad_norm_;
};

/// Its line in the list of models.
ModelEntry nce_entry();

}  // namespace gradzoo
