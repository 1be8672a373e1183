#pragma once

#include <memory>
#include <vector>

#include "models/networks/energy.h"
#include "nn/layers/layers.h"

namespace gradzoo {

/// The log-density f(x, sigma), up to a constant for each sigma, of data with Gaussian noise of sigma.
class NoisyDensity : public Module {
 public:
  /// x (B, d), sigma (B, 1) -> (B)
  virtual Tensor log_density(const Tensor& x, const Tensor& sigma) const = 0;
  /// grad_x f of every row: (B, d). Records into the caller's tape under create_graph.
  Tensor score(const Tensor& x, const Tensor& sigma, bool create_graph = false) const;
  Tensor forward(const Tensor&) const override;  // throws Error: it needs a sigma
};

/// Of one sigma, by any energy.
class OneLevelDensity : public NoisyDensity {
 public:
  OneLevelDensity(int64_t inputs, const EnergyOptions& options, Rng& rng) : energy_(inputs, options, rng) {
    register_module("energy", energy_);
  }
  Tensor log_density(const Tensor& x, const Tensor&) const override { return energy_.log_density(x); }

 private:
  EnergyNetwork energy_;
};

/// Of all sigma, by a denoiser r:
///   f(x, sigma) = -|x - r(x, sigma)|^2 / (2 sigma^2),
/// so that its curvature, 1/sigma^2 where r is flat, is built in. With data of variance v,
///   r = v/(v + sigma^2) x + sigma sqrt(v/(v + sigma^2)) net(x / sqrt(v + sigma^2), log sigma)
/// (Karras et al. 2022, table 1), whose first term alone denoises a Gaussian.
class LevelDensity : public NoisyDensity {
 public:
  /// The net has layers of `options.hidden` SiLU units and sees x times `options.input_scale`; behind the
  /// first, each adds to the one before it, of the same size.
  LevelDensity(int64_t inputs, const EnergyOptions& options, double data_variance, Rng& rng);
  Tensor log_density(const Tensor& x, const Tensor& sigma) const override;

 private:
  Tensor net(const Tensor& x) const;

  double variance_, input_scale_;
  std::vector<std::unique_ptr<Linear>> layers_;
};

}  // namespace gradzoo
