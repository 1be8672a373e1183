#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gradzoo/base/options.h"
#include "gradzoo/nn/layers/module.h"
#include "gradzoo/samplers/target.h"

namespace gradzoo {

/// The options of EnergyNetwork.
struct EnergyOptions {
  std::vector<int64_t> hidden = {128, 128};  ///< layer widths of the perceptron, for points
  std::string activation = "silu";           ///< activation, by its name in Activation
  double input_scale = 1;                    ///< factor of x before the network
  double output_scale = 1;     ///< factor of the network's output; a larger one lets training move f further
  double confinement = 0;      ///< c: adds -|x|^2 / (2 c^2) to f, so that exp f can be normalised; 0: none
  bool spectral_norm = false;  ///< true for spectral normalisation; only some models offer it

  void describe(OptionTable& options);
};

/// An unnormalised log-density f(x) = log p~(x) = -E(x) from a network: f = b net(a x) - |x|^2 / (2 c^2).
/// Energy-based, score (net=energy) and noise-contrastive models use it.
class EnergyNetwork : public Module {
 public:
  /// Uses a multilayer perceptron, for rows of `inputs` elements.
  EnergyNetwork(int64_t inputs, const EnergyOptions& options, Rng& rng, DType dtype = DType::f32,
                int64_t classes = 0);
  /// Uses another network, (B, inputs) -> (B, 1), whose parameters have the prefix `name`. Options of
  /// layers, such as `hidden`, are ignored.
  EnergyNetwork(int64_t inputs, const EnergyOptions& options, const std::string& name,
                std::unique_ptr<Module> net);
  /// Returns f of every row: x (B, d), and for a conditional network labels (B) i64 -> (B).
  Tensor log_density(const Tensor& x, const Tensor& labels = {}) const;
  /// Returns f of every row as (B, 1), without labels.
  Tensor forward(const Tensor& x) const override { return column(x, {}); }
  /// Returns grad_x f of every row through one batched graph: (B, d) -> (B, d). Records if create_graph is
  /// true.
  Tensor score(const Tensor& x, bool create_graph = false, const Tensor& labels = {}) const;
  /// Returns f as a target; this network must outlive it.
  Target target() const;

 private:
  Tensor column(const Tensor& x, const Tensor& labels) const;

  int64_t inputs_, classes_;
  EnergyOptions options_;
  std::unique_ptr<Module> net_;
};

}  // namespace gradzoo
