#pragma once

#include "models/base/entry.h"
#include "models/flow/network.h"

namespace gradzoo {

inline constexpr QuantityInfo kFlowLoss{"velocity_error", ""};

/// Flow matching (Lipman et al. 2023; Liu et al. 2023; Albergo & Vanden-Eijnden 2023): a velocity field whose
/// flow carries N(0, I) to the data, learned along straight paths.
class FlowMatching : public Model {
 public:
  FlowMatching(const FlowOptions& options, const DataShape& shape, const TrainingOptions& training);

  void train_step(const StepContext& context, MetricRow row) override;
  void describe_sampling(OptionTable& options) override;

  const FlowNetwork& network() const { return network_; }
  int64_t label_count() const override { return network_.classes(); }

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  Tensor do_sample(const SampleRequest& request) override;
  std::vector<Picture> do_pictures(const DataView& data) override;
  std::string do_reading(const DataView& data) override;
  Tensor do_inpaint(const InpaintRequest& request) override;

 private:
  bool is_conditional() const { return network_.classes() > 0; }
  // |u(x_t, t, y) - (x_1 - x_0)|^2, a number of the example: (B).
  Tensor velocity_error(const Batch& batch, const Tensor& labels, Rng& rng) const;
  Tensor guided_velocity(const Tensor& x, double t, const Tensor& labels) const;
  // Where the flow carries noise (n, numbers), in the data's units.
  Tensor carry(Tensor x, const Tensor& labels) const;
  Quantities held_out_error(const DataView& data, int64_t most) const;

  DataShape shape_;
  FlowOptions options_;
  Rng init_rng_, noise_rng_;
  FlowNetwork network_;
  Learner learner_;
  Metric error_, grad_norm_;
};

/// Flow matching's line in the list of models.
ModelEntry flow_matching_entry();

}  // namespace gradzoo
