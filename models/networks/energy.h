#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gradzoo/base/options.h"
#include "gradzoo/nn/layers/module.h"
#include "gradzoo/samplers/target.h"

namespace gradzoo {

/// The options of a model that has an EnergyNetwork.
struct EnergyOptions {
  std::vector<int64_t> hidden = {128, 128};  ///< of a perceptron on points
  std::string activation = "silu";           ///< as Activation takes it
  double input_scale = 1;                    ///< x is multiplied by it first
  double output_scale = 1;     ///< what the perceptron gives is multiplied by it: how far training moves f
  double confinement = 0;      ///< adds -|x|^2 / (2 confinement^2), so that exp f can be normalised; 0: none
  bool spectral_norm = false;  ///< of every layer's weight; described by models that offer it

  void describe(OptionTable& options);
};

/// An unnormalised log-density f(x) = log p~(x) = -E(x) by a network: f = b net(a x) - |x|^2 / (2 c^2).
/// Energy-based, score (net=energy) and noise-contrastive models share it.
class EnergyNetwork : public Module {
 public:
  /// By a multilayer perceptron, for rows of `inputs` numbers.
  EnergyNetwork(int64_t inputs, const EnergyOptions& options, Rng& rng, DType dtype = DType::f32,
                int64_t classes = 0);
  /// By another network, (B, inputs) -> (B, 1), whose parameters have the prefix `name`. The options of
  /// layers, `hidden` and others, are not used.
  EnergyNetwork(int64_t inputs, const EnergyOptions& options, const std::string& name,
                std::unique_ptr<Module> net);
  /// f of every row: x (B, d), and for a conditional network labels (B) i64 -> (B).
  Tensor log_density(const Tensor& x, const Tensor& labels = {}) const;
  /// The same as (B, 1), without labels.
  Tensor forward(const Tensor& x) const override { return column(x, {}); }
  /// grad_x f of every row through one batched graph: (B, d) -> (B, d). Records into the caller's tape under
  /// create_graph.
  Tensor score(const Tensor& x, bool create_graph = false, const Tensor& labels = {}) const;
  /// f as a target; this network must outlive it.
  Target target() const;

 private:
  Tensor column(const Tensor& x, const Tensor& labels) const;

  int64_t inputs_, classes_;
  EnergyOptions options_;
  std::unique_ptr<Module> net_;
};

}  // namespace gradzoo
