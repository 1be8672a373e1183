#pragma once

#include "samplers/sampler.h"

namespace gradzoo {

/// The options of its sampler.
struct GibbsOptions {
  int64_t sweeps = 1;  ///< of a transition

  void describe(OptionTable& options);
};

/// Block Gibbs on a bipartite binary model (Geman & Geman 1984; Hinton 2002): h ~ p(h|x), then x' ~ p(x'|h),
/// each side at once. Every draw is accepted, and p(x) is invariant.
class BlockGibbs : public Sampler {
 public:
  /// Throws Error for fewer than one sweep.
  explicit BlockGibbs(const GibbsOptions& options = {});

  std::string_view name() const override { return "gibbs"; }
  unsigned needs() const override { return kNeedsBinary | kNeedsConditionals; }
  bool is_exact() const override { return true; }

 protected:
  /// log p if the target has it, for the diagnostics; the transition does not use it.
  PointValue evaluate(const Target& target, const Tensor& x) override;
  Transition transition(const Target& target, Rng& rng, bool warming_up) override;

 private:
  GibbsOptions options_;
};

SamplerEntry gibbs_entry();

}  // namespace gradzoo
