#pragma once

#include <memory>
#include <optional>

#include "autograd/base/function_ref.h"
#include "models/base/entry.h"
#include "models/base/model.h"
#include "models/networks/energy.h"
#include "nn/learn/learner.h"
#include "samplers/chains.h"
#include "samplers/replay_buffer.h"

/// Energy-based models: p(x) = exp f(x) / Z, Z unknown (contrastive divergence: Hinton 2002; with chains that
/// go on: Tieleman 2008; with a replay buffer and Langevin steps: Du & Mordatch 2019).
namespace gradzoo {

/// What a batch's objective comes to.
struct CdTerms {
  Tensor loss;      // scalar, to descend: its gradient is meant, its value is no likelihood
  Tensor f_data;    // (B), detached
  Tensor f_sample;  // (C), detached
};

/// Contrastive divergence: loss = -(mean f(data) - mean f(samples)) + l2 (mean f(data)^2 + mean
/// f(samples)^2), samples held fixed. With samples of the model itself and l2 = 0, minus its gradient is that
/// of the mean log p(data):
///   grad log p(x) = grad f(x) - E_model grad f   (Hinton 2002, eq. 3).
/// data (B, d), samples (C, d). Recorded where a tape is alive.
CdTerms contrastive_divergence(TensorFn log_density, const Tensor& data, const Tensor& samples,
                               double l2 = 0);

/// Langevin chains x' = x + step grad f + noise z. They sample exp(f / T), T = noise^2 / (2 step), in the
/// limit of small steps.
struct LangevinOptions {
  SamplerKind kind = SamplerKind::ula;  // ula, or mala where T = 1
  double step = 0.01;
  double noise = 0.1414;

  double temperature() const { return noise * noise / (2 * step); }
};

/// k transitions of every chain x (B, d), nothing recorded. Adds the share of moves accepted, a transition,
/// to `accepted` where not null. Throws NonFinite where f or its gradient is not finite at the end.
Tensor langevin(const Target& target, const Tensor& x, int64_t steps, const LangevinOptions& options,
                Rng& rng, double* accepted = nullptr);

/// Where the chains of a training step begin.
enum class ChainStart {
  data,    // at the batch: CD-k
  noise,   // at noise each time: short runs
  buffer,  // where they stood: PCD
};

class Ebm : public Model {
 public:
  Ebm(const Settings& settings, const DataShape& shape);

  void register_state(State& state) override;
  std::span<const MetricInfo> metrics() const override { return metrics_; }
  void train_step(const StepContext& context, std::span<double> metrics) override;
  std::vector<Quantity> validate(const DataView& data) override;
  std::vector<Quantity> evaluate(const DataView& data) override;
  /// Ends of chains of `sample_steps` transitions from noise; images by the best guess of what lies under
  /// their noise.
  Tensor sample(int64_t n, Rng& rng) override;
  Picture snapshot(const DataView& data, Rng& rng) override;
  std::vector<Picture> pictures(const DataView& data) override;
  Target target() override;
  std::string reading(const DataView& data) override;

  EnergyNetwork& network() { return network_; }
  /// Null unless init=buffer.
  const ReplayBuffer* buffer() const { return buffer_ ? &*buffer_ : nullptr; }

 private:
  Tensor noisy(const Tensor& x, Rng& rng) const;
  Tensor start(int64_t n, Rng& rng) const;
  // Of chains from noise, by the weights as they are.
  Tensor chain_ends(int64_t n, Rng& rng) const;
  // A toy whose density can be drawn.
  void check_gap(double f_data, double f_sample) const;
  Quantity mean_f(const Examples& examples, uint64_t seed) const;

  DataShape shape_;
  Rng init_rng_, chain_rng_;
  EnergyNetwork network_;
  Learner learner_;
  LangevinOptions langevin_;
  ChainStart init_;
  int64_t chain_steps_, sample_steps_;
  double data_noise_, l2_;
  std::optional<ReplayBuffer> buffer_;
  std::vector<MetricInfo> metrics_;
};

/// The energy-based model's line in the list of models.
ModelEntry ebm_entry();

}  // namespace gradzoo
