#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/base/entry.h"
#include "gradzoo/models/networks/energy.h"
#include "gradzoo/models/score/objectives.h"
#include "gradzoo/nn/layers/layers.h"

namespace gradzoo {

enum class ScoreNet { energy, vector };
inline constexpr Choice<ScoreNet> kScoreNets[] = {{"energy", ScoreNet::energy}, {"vector", ScoreNet::vector}};
enum class ProbeKind { rademacher, gaussian };
inline constexpr Choice<ProbeKind> kProbeKinds[] = {{"rademacher", ProbeKind::rademacher},
                                                    {"gaussian", ProbeKind::gaussian}};

struct ScoreOptions {
  ScoreObjective objective = ScoreObjective::dsm;
  ScoreNet net = ScoreNet::vector;
  bool conditional = false;
  double sigma = 0.5;
  double data_noise = 0;
  bool antithetic = true;
  ProbeKind probes = ProbeKind::rademacher;
  int64_t probe_count = 1;
  double fd_eps = 0.1;
  std::vector<int64_t> hidden = {1024, 1024, 1024};
  std::string activation = "silu";
  double input_scale = 1;
  double confinement = 0;
  int64_t sample_steps = 500;
  double sample_step = 0;
  bool denoise = true;

  void describe(OptionTable& options);
  void describe_sampling(OptionTable& options);
  void adapt_to_images(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt_to_points(OptionTable& table, TrainingOptions& training, const DataShape& shape);
  void adapt(OptionTable& table, TrainingOptions& training, const DataShape& shape);
};

/// The objective, and the data it is for.
struct ScoreTask {
  ScoreObjective objective = ScoreObjective::dsm;
  double sigma = 0.5;                        // of dsm's noise
  double data_noise = 0;                     // standard deviation of Gaussian noise that belongs to the data
  bool antithetic = true;                    // dsm: noise in pairs +-eps
  ProbeKind probes = ProbeKind::rademacher;  // ssm, ism_hutchinson
  int64_t probe_count = 1;                   // of a row
  double fd_eps = 0.1;                       // fd_ssm: length of a step

  static ScoreTask of(const ScoreOptions& options);

  /// The noise of the learned density, p * N(0, noise^2 I).
  double learned_noise() const;
};

/// The objective of every row, (B), on the caller's tape; dsm is multiplied by sigma^2. `data` (B, d) is
/// without noise; `toy` gives esm its score and may be null elsewhere.
Tensor score_task_objective(const ScoreFunction& model, const Tensor& data, const Toy* toy,
                            const ScoreTask& task, Rng& rng);
/// Whether an objective has the two terms: all but esm and dsm.
bool has_terms(ScoreObjective objective);
/// They, in the same draws; their sum is the objective.
ImplicitTerms score_task_terms(const ScoreFunction& model, const Tensor& data, const ScoreTask& task,
                               Rng& rng);

struct ScoreShape {
  int64_t inputs = 2;
  int64_t classes = 0;    // 0: it reads no labels
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
/// With b = 1/sigma and c = sigma the perceptron's output is the denoised x~ divided by sigma.
class ScoreNetwork : public Module {
 public:
  ScoreNetwork(const ScoreShape& shape, Rng& rng);
  /// f (B, d) -> (B) of an energy, s (B, d) -> (B, d) of a vector field, as ScoreFunction takes it. For a
  /// conditional network, given labels (B) i64, or those of the first block if x is tiled: tiled_labels.
  Tensor operator()(const Tensor& x, const Tensor& labels = {}) const;
  /// The score for the objectives; this network must outlive it.
  ScoreFunction function() const { return {*this, shape_.is_energy}; }
  /// s at x (B, d), nothing recorded.
  Tensor score(const Tensor& x, const Tensor& labels = {}) const;
  const ScoreShape& shape() const { return shape_; }

 private:
  ScoreShape shape_;
  std::optional<EnergyNetwork> energy_;
  std::optional<Mlp> field_;
};

}  // namespace gradzoo
