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

/// The objective, with the properties of its data.
struct ScoreTask {
  ScoreObjective objective = ScoreObjective::dsm;
  double sigma = 0.5;                        // standard deviation of dsm's noise
  double data_noise = 0;                     // standard deviation of Gaussian noise in the data
  bool antithetic = true;                    // dsm: true for noise in pairs ±eps
  ProbeKind probes = ProbeKind::rademacher;  // ssm, ism_hutchinson
  int64_t probe_count = 1;                   // probes per row
  double fd_eps = 0.1;                       // fd_ssm: root mean square length of a step

  static ScoreTask of(const ScoreOptions& options);

  /// Returns the noise of the learned density p * N(0, noise^2 I).
  double learned_noise() const;
};

/// Returns the objective of every row, (B), on the caller's tape; dsm is multiplied by sigma^2. `data` (B,
/// d) is without noise; `toy` gives esm the true score and may be null otherwise.
Tensor score_task_objective(const ScoreFunction& model, const Tensor& data, const Toy* toy,
                            const ScoreTask& task, Rng& rng);
/// True if an objective has the two terms of ImplicitTerms: all except esm and dsm.
bool has_terms(ScoreObjective objective);
/// Returns the two terms, with the same draws; their sum is the objective.
ImplicitTerms score_task_terms(const ScoreFunction& model, const Tensor& data, const ScoreTask& task,
                               Rng& rng);

struct ScoreShape {
  int64_t inputs = 2;
  int64_t classes = 0;    // number of classes; 0: no labels
  bool is_energy = true;  // true: scalar, whose input gradient is the score; false: vector field
  std::vector<int64_t> hidden = {128, 128};
  std::string activation = "silu";
  double input_scale = 1;   // factor of x before the network
  double output_scale = 1;  // vector: factor of the network's output
  double confinement = 0;   // c: adds -|x|^2 / (2 c^2) to f, -x / c^2 to s; 0: none
  DType dtype = DType::f32;
};

/// A score from a multilayer perceptron: the gradient of an EnergyNetwork, or a vector field
///   s(x) = b mlp(a x) - x / c^2.
/// With b = 1/sigma and c = sigma the perceptron's output is the denoised x~ divided by sigma.
class ScoreNetwork : public Module {
 public:
  ScoreNetwork(const ScoreShape& shape, Rng& rng);
  /// Returns f, (B, d) -> (B), of an energy, or s, (B, d) -> (B, d), of a vector field, as in ScoreFunction.
  /// A conditional network needs labels (B) i64; for tiled x, the labels of the first block (tiled_labels).
  Tensor operator()(const Tensor& x, const Tensor& labels = {}) const;
  /// Returns the function for the objectives; this network must outlive it.
  ScoreFunction function() const { return {*this, shape_.is_energy}; }
  /// Returns s at x (B, d), without recording.
  Tensor score(const Tensor& x, const Tensor& labels = {}) const;
  const ScoreShape& shape() const { return shape_; }

 private:
  ScoreShape shape_;
  std::optional<EnergyNetwork> energy_;
  std::optional<Mlp> field_;
};

}  // namespace gradzoo
