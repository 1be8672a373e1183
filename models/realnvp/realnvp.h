#pragma once

#include "gradzoo/models/base/entry.h"
#include "gradzoo/models/networks/coupling_flow.h"

namespace gradzoo {

struct RealNvpOptions {
  CouplingFlowOptions flow = {};
  Pixels pixels = Pixels::dequantised;
  double temperature = 1;

  void describe(OptionTable& options);
  void describe_sampling(OptionTable& options);
  void adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

inline constexpr QuantityInfo kFlowNll{"nll", "nats", {.volumes = 1}};

/// RealNVP (Dinh et al. 2017), trained by maximum likelihood: it minimises -mean log p(x), in nats for
/// points or bits/dim for dequantised pixels.
class RealNvp : public Model {
 public:
  RealNvp(const RealNvpOptions& options, const DataShape& shape, const TrainingOptions& training);

  /// Initialises the actnorms from some training examples.
  void prepare(const Examples& training) override;
  void train_step(const StepContext& context, MetricRow row) override;
  const CouplingFlow& flow() const { return flow_; }

 protected:
  void add_to(State&) override {}
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Abilities do_abilities() override;

 private:
  // Returns the cost of each row: nats, or bits/dim for images.
  Tensor cost(const Tensor& x) const;
  Quantity held_out_cost(const DataView& data, int64_t most) const;

  DataShape shape_;
  RealNvpOptions options_;
  bool in_bits_;  // true if the cost is in bits/dim, else nats
  uint64_t seed_;
  Rng init_rng_;
  CouplingFlow flow_;
  Learner learner_;
  Metric cost_, grad_norm_;
};

/// Returns RealNVP's entry in the list of models.
ModelEntry realnvp_entry();

}  // namespace gradzoo
