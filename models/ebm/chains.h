#pragma once

#include <memory>

#include "models/ebm/options.h"
#include "samplers/sampler.h"

namespace gradzoo {

/// The chains of an energy-based model: Langevin steps x' = x + step grad f + noise z. They sample exp(f /
/// T), T = noise^2 / (2 step), in the limit of small steps.
class EbmChains {
 public:
  /// mala is exact at T = 1 alone.
  EbmChains(EbmSampler sampler, double step, double noise);
  explicit EbmChains(const EbmOptions& options) : EbmChains(options.sampler, options.step, options.noise) {}

  double step() const { return step_; }
  double noise() const { return noise_; }
  double temperature() const { return noise_ * noise_ / (2 * step_); }

  /// k transitions of every chain x (B, d), nothing recorded: where they end. Adds the share of moves
  /// accepted, a transition, to `accepted` where not null. Throws NonFinite where f or its gradient is not
  /// finite at the end.
  Tensor walk(const Target& target, const Tensor& x, int64_t steps, Rng& rng, double* accepted = nullptr);
  /// Names what the sampler has adapted.
  void add_to(State& state, const std::string& prefix) { sampler_->add_to(state, prefix); }

 private:
  double step_, noise_;
  std::unique_ptr<Sampler> sampler_;
};

}  // namespace gradzoo
