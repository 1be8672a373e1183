#pragma once

#include <memory>

#include "models/dde/level_net.h"
#include "models/networks/energy.h"

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
/// so that its curvature, 1/sigma^2 where r is flat, is built in. With data of mean m and variance v,
///   r = m + v/(v + sigma^2) (x - m) + sigma sqrt(v/(v + sigma^2)) net((x - m) / sqrt(v + sigma^2), log
///   sigma)
/// (Karras et al. 2022, table 1), whose first terms alone denoise a Gaussian.
class LevelDensity : public NoisyDensity {
 public:
  /// `data_mean` (1, d) and `data_variance` (1, 1) are kept as they are, the caller's own.
  LevelDensity(std::unique_ptr<LevelNet> net, Tensor data_mean, Tensor data_variance);
  Tensor log_density(const Tensor& x, const Tensor& sigma) const override;

 private:
  Tensor mean_, variance_;
  std::unique_ptr<LevelNet> net_;
};

}  // namespace gradzoo
