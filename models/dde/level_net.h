#pragma once

#include <memory>
#include <vector>

#include "models/networks/time_network.h"
#include "nn/layers/layers.h"

namespace gradzoo {

/// What a denoiser of data at many noise levels adds to the denoiser of a Gaussian.
class LevelNet : public Module {
 public:
  /// x (B, d), scaled to a variance of 1, sigma (B, 1) -> (B, d). Differentiable twice in x.
  virtual Tensor predict(const Tensor& x, const Tensor& sigma) const = 0;
  Tensor forward(const Tensor&) const override;  // throws Error: it needs a sigma
};

/// Layers of SiLU units that see x times `input_scale`, and log sigma; behind the first, each adds to the one
/// before it, of the same size.
class LevelPerceptron : public LevelNet {
 public:
  LevelPerceptron(int64_t inputs, const std::vector<int64_t>& hidden, double input_scale, Rng& rng);
  Tensor predict(const Tensor& x, const Tensor& sigma) const override;

 private:
  double input_scale_;
  std::vector<std::unique_ptr<Linear>> layers_;
};

/// The U-Net of diffusion, whose time goes from 0 at the widest noise to 1 at the least, evenly in log sigma.
class LevelUnet : public LevelNet {
 public:
  LevelUnet(const DataShape& shape, int64_t channels, double widest, double least, Rng& rng);
  Tensor predict(const Tensor& x, const Tensor& sigma) const override;

 private:
  double log_widest_, log_least_;
  TimeNetwork net_;
};

}  // namespace gradzoo
