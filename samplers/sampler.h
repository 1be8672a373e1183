#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gradzoo/autograd/random.h"
#include "gradzoo/base/options.h"
#include "gradzoo/samplers/target.h"
#include "gradzoo/state/state.h"

namespace gradzoo {

/// The result of a transition of chains at x (B, d).
struct Transition {
  Tensor x;          ///< (B, d)
  PointValue value;  ///< there
  double moved = 1;  ///< share of the chains that took their proposal
};

/// The length of a chain with a fixed end: its transitions, and how many of these come before its last part.
/// 0: any length.
struct WalkLength {
  int64_t steps = 0, before_last = 0;  ///< 0: any
};

/// The transition of a Markov chain, with its own state; many chains as one batch, a chain a row. Each
/// sampler is a class in samplers/kinds and one line in samplers/registry.cpp.
class Sampler {
 public:
  Sampler() = default;
  virtual ~Sampler() = default;
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  /// Starts chains at x (B, d). Throws Error if the target lacks what the sampler needs or gives a wrong
  /// shape or dtype for x, if its domain has no width, and if a chain starts outside the domain, not on 0 and
  /// 1 for a binary target, or where x, the log-density or the score is NaN.
  void begin(const Target& target, const Tensor& x);
  /// Sets the number of warm-up transitions, so that a sampler that adapts in windows can plan them. Call it
  /// after begin(), if the number is known.
  virtual void plan_warmup(int64_t) {}
  /// One transition of every chain. With `warming_up` an adaptive sampler may adapt, and nothing is counted.
  /// Points are not checked for being finite; a proposal whose density is NaN is not accepted.
  void step(const Target& target, Rng& rng, bool warming_up = false);

  const Tensor& x() const { return at_.x; }  ///< the chains' states, (B, d)
  /// Log-density and score at the chains' states, as far as transition() evaluated them.
  const PointValue& value() const { return at_.value; }
  /// Share of the chains that the last step moved.
  double moved() const { return at_.moved; }
  /// Evaluations of the target since begin(), for each chain.
  int64_t evaluations() const { return evaluations_; }

  virtual std::string_view name() const = 0;  ///< "mala"
  virtual unsigned needs() const = 0;         ///< bits of what it needs of a target (samplers/target.h)
  /// The current step size; 0 for a sampler without one.
  virtual double step_size() const { return 0; }
  /// Whether proposals may be rejected, so that the stationary distribution is exactly the target.
  virtual bool is_exact() const = 0;
  /// The schedule of a chain whose distribution changes until it ends.
  virtual WalkLength length() const { return {}; }
  /// Divergent transitions since begin(), without warm-up: those whose numerical error is too large. -1 for a
  /// sampler that has none.
  virtual int64_t divergences() const { return -1; }
  /// False for a sampler that only climbs to a mode.
  virtual bool is_sampling() const { return true; }
  /// Caveats for the reader of the samples, as clauses; "" for none.
  virtual std::string remarks() const { return ""; }
  /// Adds to a State what the chains' positions do not tell: adapted values, and how far a warm-up or a
  /// schedule has come. By default nothing. To continue a walk, call begin() at its x and plan_warmup(), then
  /// restore the State. Each further step is then bit-identical to that of the walk that was not stopped.
  virtual void add_to(State& state, const std::string& prefix);

 protected:
  /// Resets what belongs to earlier chains, such as a momentum, for chains at x (B, d).
  virtual void on_begin(const Tensor&) {}
  /// What a transition needs at points x (B, d): the log-density, the score, or both.
  virtual PointValue evaluate(const Target& target, const Tensor& x);
  /// Adds to evaluations() those that did not go through evaluate().
  void count_evaluations(int64_t count) { evaluations_ += count; }
  /// One transition from x() and value(). Nothing is recorded.
  virtual Transition transition(const Target& target, Rng& rng, bool warming_up) = 0;

 private:
  Transition at_;
  int64_t evaluations_ = 0;
};

/// A sampler's options, type-erased.
class SamplerOptions {
 public:
  virtual ~SamplerOptions() = default;
  virtual void describe(OptionTable& table) = 0;  ///< names each field in the table
  /// Throws Error for an invalid value.
  virtual std::unique_ptr<Sampler> make() const = 0;
};

/// A line of the list of samplers.
struct SamplerEntry {
  std::string name = {};                                   ///< as --sampler takes it
  unsigned needs = 0;                                      ///< see Sampler::needs
  std::string moves;                                       ///< the transition, as a line
  std::string source = {};                                 ///< paper
  std::unique_ptr<SamplerOptions> (*options)() = nullptr;  ///< at their defaults
};

/// The registry entry of a sampler of type S, constructed from options of type O with
/// `describe(OptionTable&)`. Name and needs are the sampler's own.
template <class O, class S>
SamplerEntry sampler_entry_of(SamplerEntry facts) {
  class Options final : public SamplerOptions {
   public:
    void describe(OptionTable& table) override { options_.describe(table); }
    std::unique_ptr<Sampler> make() const override { return std::make_unique<S>(options_); }

   private:
    O options_;
  };
  const S sampler{O()};
  facts.name = sampler.name();
  facts.needs = sampler.needs();
  facts.options = []() -> std::unique_ptr<SamplerOptions> { return std::make_unique<Options>(); };
  return facts;
}

}  // namespace gradzoo
