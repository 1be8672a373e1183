#pragma once

#include "gradzoo/samplers/sampler.h"

namespace gradzoo {

/// The options of RandomWalk.
struct RandomWalkOptions {
  double step = 0.5;  ///< standard deviation of a proposal

  void describe(OptionTable& options);
};

/// Random-walk Metropolis-Hastings (Metropolis et al. 1953; Hastings 1970): proposals x + step z.
class RandomWalk : public Sampler {
 public:
  /// Throws Error unless step is above 0.
  explicit RandomWalk(const RandomWalkOptions& options = {});

  std::string_view name() const override { return "mh"; }
  unsigned needs() const override { return kNeedsLogProb; }
  double step_size() const override { return options_.step; }
  bool is_exact() const override { return true; }

 protected:
  Transition transition(const Target& target, Rng& rng, bool warming_up) override;

 private:
  RandomWalkOptions options_;
};

SamplerEntry random_walk_entry();

}  // namespace gradzoo
