#pragma once

#include "gradzoo/samplers/sampler.h"

namespace gradzoo {

/// The options of its sampler.
struct JumpsOptions {
  int64_t proposals = 10;  ///< of a chain in a transition
  double noise = 0.01;     ///< standard deviation, of the second kind

  void describe(OptionTable& options);
};

/// Metropolis proposals that reach far, so that chains find how heavy distant modes are. By turns:
///   x' uniform in the target's extent;
///   x' = x + (x_p - x_q) + noise z, with two random chains p and q of the other half. First the first half
///   of the chains moves so, then the second, by where the first now stands.
/// Both are symmetric inside the extent, so min(1, p(x')/p(x)) decides; outside it the first kind has no way
/// back and is refused. A half moves by differences of chains that stand still meanwhile, so the chains keep
/// p each, independently (ter Braak 2006; Goodman & Weare 2010). A difference that leads out of the domain is
/// refused: reflected it would not be symmetric.
/// Jumps alone hardly move within a mode: take them in turns with another exact sampler.
class Jumps : public Sampler {
 public:
  static constexpr int64_t kFewestChains = 4;  ///< two in each half

  /// Throws Error for fewer than one proposal, and for noise below 0.
  explicit Jumps(const JumpsOptions& options = {});

  std::string_view name() const override { return "jumps"; }
  unsigned needs() const override { return kNeedsLogProb | kNeedsExtent; }
  bool is_exact() const override { return true; }

 protected:
  /// Throws Error for fewer than four chains.
  void on_begin(const Tensor& x) override;
  Transition transition(const Target& target, Rng& rng, bool warming_up) override;

 private:
  Transition into_extent(const Target& target, const Transition& at, Rng& rng);
  Transition by_differences(const Target& target, const Transition& at, Rng& rng);

  JumpsOptions options_;
};

SamplerEntry jumps_entry();

}  // namespace gradzoo
