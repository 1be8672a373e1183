#pragma once

#include <optional>

#include "models/base/entry.h"
#include "models/ebm/chains.h"
#include "models/ebm/network.h"
#include "models/ebm/objective.h"
#include "samplers/replay_buffer.h"

namespace gradzoo {

inline constexpr QuantityInfo kEbmFData{"f_data", "nats"}, kEbmFSample{"f_sample", "nats"},
    kEbmTemperature{"temperature", ""};

class Ebm : public Model {
 public:
  Ebm(const EbmOptions& options, const DataShape& shape, const TrainingOptions& training);

  void train_step(const StepContext& context, MetricRow row) override;
  std::unique_ptr<SamplingOptions> sampling_options() const override;

  EnergyNetwork& network() { return network_; }
  /// Null unless init=buffer.
  const ReplayBuffer* buffer() const { return buffer_ ? &*buffer_ : nullptr; }

 protected:
  void add_to(State& state) override;
  Quantities do_validate(const DataView& data) override;
  Quantities do_evaluate(const DataView& data) override;
  /// Ends of chains of `sample_steps` transitions from noise; images after a denoising step.
  Tensor do_sample(const SampleRequest& request, const SamplingOptions& sampling) const override;
  Picture do_snapshot(const DataView& data, Rng& rng) override;
  std::vector<Picture> do_pictures(const DataView& data) override;
  Abilities do_abilities() override;
  std::string do_interpretation(const DataView& data) override;

 private:
  Tensor noisy(const Tensor& x, Rng& rng) const;
  Tensor start(int64_t n, Rng& rng) const;
  // f, in the toy's box.
  Target chain_target() const;
  // Where chains of so many transitions from noise end, jumps between.
  Tensor chain_ends(int64_t n, int64_t steps, Rng& rng, const ShareDone& done = {}) const;
  Tensor completed_images(const InpaintRequest& request) const;
  void check_gap(double f_data, double f_sample) const;
  // Of the noise on the data that is taken off what is shown; 0 where chains walk among clean images.
  double shown_noise() const { return options_.clamp ? 0 : options_.data_noise; }
  Quantity mean_f(const DataView& data) const;

  DataShape shape_;
  EbmOptions options_;
  Rng init_rng_, chain_rng_;
  EnergyNetwork network_;
  Learner learner_;
  EbmChains chains_;
  std::optional<ReplayBuffer> buffer_;
  Metric cd_loss_, f_data_, f_sample_, grad_norm_, temperature_, acceptance_;
  std::optional<Metric> jumps_taken_;
};

/// The energy-based model's line in the list of models.
ModelEntry ebm_entry();

}  // namespace gradzoo
