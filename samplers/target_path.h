#pragma once

#include "samplers/ais.h"

namespace gradzoo {

/// The geometric path between two densities, f_beta = (1 - beta) f_0 + beta f_1, for any sampler.
class TargetPath : public AnnealingPath {
 public:
  /// Runs `transitions` at each temperature, without warm-up. The sampler must outlive the path. Throws Error
  /// if either target has no log-density, if only one is binary, if domains differ, if the sampler does not
  /// fit the path or does not leave f_beta exactly invariant, or if transitions is below 1.
  TargetPath(const Target& from, const Target& to, Sampler& sampler, int64_t transitions = 1);

  Tensor advance(Tensor& x, double from, double to, Rng& rng) override;

  /// f_beta as a target, 0 <= beta <= 1; this path must outlive it.
  Target at(double beta) const;

 private:
  Target from_, to_;
  Sampler& sampler_;
  int64_t transitions_;
};

}  // namespace gradzoo
