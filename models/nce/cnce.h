#pragma once

#include "gradzoo/models/nce/nce.h"

namespace gradzoo {

/// Conditional noise-contrastive estimation (Ceylan & Gutmann 2018): only f, from the classification of data
/// against their neighbours x ± eps xi.
class Cnce : public ContrastiveModel {
 public:
  Cnce(const CnceOptions& options, const DataShape& shape, const TrainingOptions& training);

  void train_step(const StepContext& context, MetricRow row) override;

 protected:
  const Noise& proposal() const override { return proposal_; }

 private:
  Noise proposal_;
  double eps_;
  int64_t nu_;  // pairs per data point
  Metric loss_, right_order_, grad_norm_;
};

/// Returns CNCE's entry in the list of models.
ModelEntry cnce_entry();

}  // namespace gradzoo
