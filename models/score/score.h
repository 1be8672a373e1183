#pragma once

#include <optional>
#include <string>

#include "models/base/entry.h"
#include "models/base/model.h"
#include "models/eval/noised_toy.h"
#include "models/networks/energy.h"
#include "models/score/objectives.h"
#include "nn/learn/learner.h"

/// Score models: a network for s(x) = grad_x log p(x) of data, or of data with Gaussian noise, by score
/// matching (objectives.h), sampled by Langevin from noise with a last step onto the best guess of what
/// lies under the noise (Vincent 2011; Song & Ermon 2019).
namespace gradzoo {

struct ScoreShape {
  int64_t inputs = 2;
  bool is_energy = true;  // one number, the score by its input gradient; else a vector, which need not be one
  std::vector<int64_t> hidden = {128, 128};
  std::string activation = "silu";
  double input_scale = 1;   // x is multiplied by it first
  double output_scale = 1;  // vector: what the network's output is multiplied by
  double confinement = 0;   // c: adds -|x|^2 / (2 c^2) to f, -x / c^2 to s; 0: none
  DType dtype = DType::f32;
};

/// A score by a multilayer perceptron: the gradient of an EnergyNetwork, or a vector field
///   s(x) = b mlp(a x) - x / c^2.
/// With b = 1/sigma and c = sigma the perceptron gives the denoised x~ over sigma.
class ScoreNetwork : public Module {
 public:
  ScoreNetwork(const ScoreShape& shape, Rng& rng);
  /// f (B, d) -> (B) of an energy, s (B, d) -> (B, d) of a vector field: what ScoreFunction takes.
  Tensor operator()(const Tensor& x) const;
  /// For the objectives; this network must outlive it.
  ScoreFunction function() const { return {*this, shape_.is_energy}; }
  /// s at x (B, d), nothing recorded.
  Tensor score(const Tensor& x) const;
  const ScoreShape& shape() const { return shape_; }

 private:
  ScoreShape shape_;
  std::optional<EnergyNetwork> energy_;
  std::optional<Mlp> field_;
};

/// "esm", "ism", "ssm", "ssm-vr", "dsm".
ScoreObjective parse_score_objective(std::string_view name);

/// What is minimised, and on which data.
struct ScoreTask {
  ScoreObjective objective = ScoreObjective::dsm;
  double sigma = 0.5;            // of dsm's noise
  double data_noise = 0;         // standard deviation of Gaussian noise that belongs to the data
  bool antithetic = true;        // dsm: noise in pairs +-eps
  bool gaussian_probes = false;  // ssm: else Rademacher

  /// The noise under which the learned density is the data's: p * N(0, noise^2 I).
  double learned_noise() const;
};

/// The objective of every row, (B), on the caller's tape: of dsm times sigma^2. `data` (B, d) is without
/// noise; `toy` gives esm its score and may be null elsewhere.
Tensor score_task_objective(const ScoreFunction& model, const Tensor& data, const Toy* toy,
                            const ScoreTask& task, Rng& rng);

/// A toy as it is, and with the noise that is learned, on grids.
struct ScoreTruth {
  NoisedToy clean;
  std::optional<NoisedToy> noised;  // none without noise, or where it is too small for the grid
};

/// How samples are drawn.
struct ScoreSampling {
  int64_t steps = 1000;
  double step = 0;  // e of the full convention; 0: a tenth of d / E|s|^2, the square of the smallest width
  bool denoise = true;
};

/// Ends of Langevin chains, and what lies under their noise.
struct ScoreSamples {
  Tensor raw;       // (n, d)
  Tensor denoised;  // (n, d); raw where there is no noise or none is to be taken off
};

class Score : public Model {
 public:
  Score(const Settings& settings, const DataShape& shape);

  void register_state(State& state) override;
  std::span<const MetricInfo> metrics() const override { return metrics_; }
  void train_step(const StepContext& context, std::span<double> metrics) override;
  std::vector<Quantity> validate(const DataView& data) override;
  std::vector<Quantity> evaluate(const DataView& data) override;
  Tensor sample(int64_t n, Rng& rng) override;
  Picture snapshot(const DataView& data, Rng& rng) override;
  std::vector<Picture> pictures(const DataView& data) override;
  Target target() override;
  std::string reading(const DataView& data) override;

  ScoreNetwork& network() { return network_; }
  const ScoreTask& task() const { return task_; }

 private:
  ScoreSamples draw(int64_t n, int64_t steps, Rng& rng) const;
  double langevin_step() const;
  const ScoreTruth* truth();

  DataShape shape_;
  ScoreTask task_;
  Rng init_rng_, noise_rng_;
  ScoreNetwork network_;
  Learner learner_;
  ScoreSampling sampling_;
  std::optional<ScoreTruth> truth_;  // made when it is first asked for
  std::vector<MetricInfo> metrics_;
};

/// The score model's line in the list of models.
ModelEntry score_entry();

}  // namespace gradzoo
