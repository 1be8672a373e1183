#pragma once

#include <string>
#include <vector>

#include "autograd/base/options.h"
#include "nn/layers/layers.h"
#include "samplers/target.h"

namespace gradzoo {

/// The options of a model that has an EnergyNetwork.
struct EnergyOptions {
  std::vector<int64_t> hidden = {128, 128};
  std::string activation = "silu";
  double input_scale = 1;   // x is multiplied by it first
  double output_scale = 1;  // what the perceptron gives is multiplied by it: how far training moves f
  double confinement = 0;   // adds -|x|^2 / (2 confinement^2), so that exp f can be normalised; 0: none

  void describe(OptionTable& options);
};

/// An unnormalised log-density f(x) = log p~(x) = -E(x) by a multilayer perceptron: f = b mlp(a x) - |x|^2 /
/// (2 c^2). What energy-based, score (net=energy) and noise-contrastive models share.
class EnergyNetwork : public Module {
 public:
  /// For rows of `inputs` numbers.
  EnergyNetwork(int64_t inputs, const EnergyOptions& options, Rng& rng, DType dtype = DType::f32,
                int64_t classes = 0);
  /// f of every row: x (B, d), of a network of classes labels (B) i64 -> (B).
  Tensor log_density(const Tensor& x, const Tensor& labels = {}) const;
  /// The same as (B, 1), without labels.
  Tensor forward(const Tensor& x) const override { return column(x, {}); }
  /// grad_x f of every row through one batched graph: (B, d) -> (B, d). Records into the caller's tape under
  /// create_graph.
  Tensor score(const Tensor& x, bool create_graph = false, const Tensor& labels = {}) const;
  /// f as what chains walk on; this network must outlive it.
  Target target() const;

 private:
  Tensor column(const Tensor& x, const Tensor& labels) const;

  int64_t inputs_, classes_;
  EnergyOptions options_;
  Mlp mlp_;
};

}  // namespace gradzoo
