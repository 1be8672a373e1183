#pragma once

#include "gradzoo/models/nce/nce.h"

namespace gradzoo {

/// Conditional noise-contrastive estimation (Ceylan & Gutmann 2018): f only, from classifying data against
/// their neighbours x +- eps xi.
class Cnce : public ContrastiveModel {
 public:
  Cnce(const CnceOptions& options, const DataShape& shape, const TrainingOptions& training);

  void train_step(const StepContext& context, MetricRow row) override;

 protected:
  const Noise& proposal() const override { return proposal_; }

 private:
  Noise proposal_;
  double eps_;
  int64_t nu_;  // pairs for each data point
  Metric loss_, right_order_, grad_norm_;
};

/// Its line in the list of models.
ModelEntry cnce_entry();

}  // namespace gradzoo
