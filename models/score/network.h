#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/networks/energy.h"
#include "models/score/objectives.h"
#include "nn/layers/layers.h"

namespace gradzoo {

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
