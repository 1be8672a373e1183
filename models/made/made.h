#pragma once

#include "models/base/entry.h"
#include "models/made/network.h"
#include "models/made/options.h"

namespace gradzoo {

inline constexpr QuantityInfo kMadeNll{"nll", "nats/example"};

/// A network whose outputs are the conditionals of its inputs: log p(x) is exact.
class Made : public Model {
 public:
  Made(const MadeOptions& options, const DataShape& shape, const TrainingOptions& training);

  void train_step(const StepContext& context, MetricRow row) override;
  const MadeNetwork& network() const { return network_; }

 protected:
  void add_to(State&) override {}
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  /// Exact draws, of 0 and 1.
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  std::vector<Picture> do_pictures(const DataView& data) override;
  Abilities do_abilities() override;

 private:
  /// Throws Error unless every known pixel comes before every hidden one in the order: only then is a
  /// sequential draw one from p(hidden | known).
  Tensor completed_images(const InpaintRequest& request) const;
  Quantity nll(const DataView& data) const;

  DataShape shape_;
  MadeOptions options_;
  Rng init_rng_;
  MadeNetwork network_;
  Learner learner_;
  Metric loss_, grad_norm_;
};

/// MADE's line in the list of models.
ModelEntry made_entry();

}  // namespace gradzoo
