#pragma once

#include "samplers/ais.h"

namespace gradzoo {

/// The geometric path between two densities, f_beta = (1 - beta) f_0 + beta f_1, on which any sampler walks.
class TargetPath : public AnnealingPath {
 public:
  /// `transitions` at each temperature. The sampler must outlive the path; nothing warms up. Throws Error
  /// where either has no log-density, one alone is binary, domains differ, the sampler cannot walk on the
  /// path, its law is not exactly f_beta, or transitions is below 1.
  TargetPath(const Target& from, const Target& to, Sampler& sampler, int64_t transitions = 1);

  Tensor advance(Tensor& x, double from, double to, Rng& rng) override;

  /// f_beta as what chains walk on, 0 <= beta <= 1; this path must outlive it.
  Target at(double beta) const;

 private:
  Target from_, to_;
  Sampler& sampler_;
  int64_t transitions_;
};

}  // namespace gradzoo
