#pragma once

#include "samplers/sampler.h"

namespace gradzoo {

/// The options of its sampler.
struct FlipOptions {
  int64_t flips = 1;  ///< tried in a transition, one after the other

  void describe(OptionTable& options);
};

/// Single-flip Metropolis on {0,1}^d (Metropolis et al. 1953): the proposal flips one random coordinate, and
/// is accepted with probability min(1, p(x')/p(x)). The proposal is symmetric.
class SingleFlip : public Sampler {
 public:
  /// Throws Error for fewer than one flip.
  explicit SingleFlip(const FlipOptions& options = {});

  std::string_view name() const override { return "flip"; }
  unsigned needs() const override { return kNeedsLogProb | kNeedsBinary; }
  bool is_exact() const override { return true; }

 protected:
  Transition transition(const Target& target, Rng& rng, bool warming_up) override;

 private:
  FlipOptions options_;
};

SamplerEntry flip_entry();

}  // namespace gradzoo
