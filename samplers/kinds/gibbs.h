#pragma once

#include "gradzoo/samplers/sampler.h"

namespace gradzoo {

/// The options of BlockGibbs.
struct GibbsOptions {
  int64_t sweeps = 1;  ///< number of sweeps per transition

  void describe(OptionTable& options);
};

/// Block Gibbs on a bipartite binary model (Geman & Geman 1984; Hinton 2002): h ~ p(h|x), then x_next ~
/// p(x|h), each side at once. Every draw is accepted, and p(x) is invariant.
class BlockGibbs : public Sampler {
 public:
  /// Throws Error if there is no sweep.
  explicit BlockGibbs(const GibbsOptions& options = {});

  std::string_view name() const override { return "gibbs"; }
  unsigned needs() const override { return kNeedsBinary | kNeedsConditionals; }
  bool is_exact() const override { return true; }

 protected:
  /// Evaluates log p if the target has it, for the diagnostics; the transition does not use it.
  PointValue evaluate(const Target& target, const Tensor& x) override;
  Transition transition(const Target& target, Rng& rng, bool warming_up) override;

 private:
  GibbsOptions options_;
};

SamplerEntry gibbs_entry();

/// The options of SingleFlip.
struct FlipOptions {
  int64_t flips = 1;  ///< number of successive proposals per transition

  void describe(OptionTable& options);
};

/// Single-flip Metropolis on {0,1}^d (Metropolis et al. 1953): the proposal flips one random coordinate, and
/// is accepted with probability min(1, p(x_next)/p(x)). The proposal is symmetric.
class SingleFlip : public Sampler {
 public:
  /// Throws Error if there is no flip.
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
