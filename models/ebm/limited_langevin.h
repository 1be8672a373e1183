#pragma once

#include "samplers/sampler.h"

namespace gradzoo {

/// x' = x + step grad f + noise z, with its limits.
struct ChainMove {
  double step = 0.01, noise = 0;
  double step_clip = 0;  // each number of grad f stays within +- this; 0: as it is
  bool clamp = false;    // each number of x stays in [0,1]

  /// T = noise^2 / (2 step): in the limit of small steps, chains without limits sample exp(f / T).
  double temperature() const { return noise * noise / (2 * step); }
  bool is_limited() const { return step_clip > 0 || clamp; }
};

/// x' = clamp(x + step clip(grad f) + noise z): the short chains of image models (Du & Mordatch 2019; Nijkamp
/// et al. 2019). Their stationary distribution is not known.
class LimitedLangevin : public Sampler {
 public:
  explicit LimitedLangevin(const ChainMove& move) : move_(move) {}

  std::string_view name() const override { return "limited ula"; }
  unsigned needs() const override { return kNeedsScore; }
  double step_size() const override { return move_.step; }
  bool is_exact() const override { return false; }
  bool is_sampling() const override { return move_.noise > 0; }
  std::string remarks() const override { return "limited moves: not samples of exp f"; }

 protected:
  Transition transition(const Target& target, Rng& rng, bool warming_up) override;

 private:
  ChainMove move_;
};

}  // namespace gradzoo
