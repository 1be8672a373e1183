#pragma once

#include "gradzoo/samplers/sampler.h"

namespace gradzoo {

/// The options of Jumps.
struct JumpsOptions {
  int64_t proposals = 10;  ///< number of proposals per chain and transition
  double noise = 0.01;     ///< standard deviation of the second proposal's noise

  void describe(OptionTable& options);
};

/// Long-range Metropolis proposals, with which chains find the weights of distant modes. Two kinds alternate:
/// x_next uniform in the target's extent; x_next = x + (x_1 - x_2) + noise z, with two random chains of the
/// other half. First the first half of the chains moves, and then the second half, with the new positions of
/// the first. Both are symmetric inside the extent, so the acceptance is min(1, p(x_next)/p(x)). Outside the
/// extent the first kind cannot return and is rejected. While one half moves by differences, the other half
/// does not change, so each chain keeps p, independently of the others (ter Braak 2006; Goodman & Weare
/// 2010). A proposal by difference that leaves the domain is rejected, because its reflection would not be
/// symmetric. Jumps hardly move within a mode: alternate them with another exact sampler.
class Jumps : public Sampler {
 public:
  static constexpr int64_t kFewestChains = 4;  ///< smallest number of chains, two per half
  /// Throws Error if `proposals` is below 1 or `noise` is below 0.
  explicit Jumps(const JumpsOptions& options = {});

  std::string_view name() const override { return "jumps"; }
  unsigned needs() const override { return kNeedsLogProb | kNeedsExtent; }
  bool is_exact() const override { return true; }

 protected:
  /// Throws Error if there are fewer than four chains.
  void on_begin(const Tensor& x) override;
  Transition transition(const Target& target, Rng& rng, bool warming_up) override;

 private:
  Transition into_extent(const Target& target, const Transition& at, Rng& rng);
  Transition by_differences(const Target& target, const Transition& at, Rng& rng);

  JumpsOptions options_;
};

SamplerEntry jumps_entry();

}  // namespace gradzoo
