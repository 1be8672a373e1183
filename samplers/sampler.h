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
  PointValue value;  ///< log-density and score at x
  double moved = 1;  ///< share of the chains that accepted their proposal
};

/// The length of a chain with a fixed end: its number of transitions, and those before its last part.
struct WalkLength {
  int64_t steps = 0, before_last = 0;  ///< 0: any length
};

/// The transition of a Markov chain, with its state; many chains are one batch, with one chain per row. Each
/// sampler is a class in samplers/kinds and one line in samplers/registry.cpp.
class Sampler {
 public:
  Sampler() = default;
  virtual ~Sampler() = default;
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  /// Starts chains at x (B, d). Throws Error if the target does not meet the sampler's needs or returns a
  /// wrong shape or dtype for x, if its domain has no width, or if a chain starts outside the domain, at
  /// other values than 0 and 1 for a binary target, or where x, the log-density or the score is NaN.
  void begin(const Target& target, const Tensor& x);
  /// Sets the number of warm-up transitions, so that a sampler that adapts in windows can plan them. Call it
  /// after begin(), if the number is known.
  virtual void plan_warmup(int64_t) {}
  /// Makes one transition of every chain. With `warming_up` an adaptive sampler may adapt, and counters do
  /// not change.
  /// Points are not checked for being finite; a proposal whose density is NaN is not accepted.
  void step(const Target& target, Rng& rng, bool warming_up = false);

  const Tensor& x() const { return at_.x; }  ///< states of the chains, (B, d)
  /// Returns log-density and score at the chains' states, if transition() has evaluated them.
  const PointValue& value() const { return at_.value; }
  /// Returns the share of the chains that the last step moved.
  double moved() const { return at_.moved; }
  /// Returns the number of evaluations of the target per chain since begin().
  int64_t evaluations() const { return evaluations_; }

  virtual std::string_view name() const = 0;  ///< name, such as "mala"
  virtual unsigned needs() const = 0;         ///< bits of the requirements (samplers/target.h)
  /// Returns the current step size; 0 for a sampler without one.
  virtual double step_size() const { return 0; }
  /// Returns true if the stationary distribution is exactly the target.
  virtual bool is_exact() const = 0;
  /// Returns the schedule of a chain whose distribution changes until its end.
  virtual WalkLength length() const { return {}; }
  /// Returns the number of divergent transitions (whose numerical error is too large) since begin(), without
  /// warm-up, or -1 for a sampler without divergences.
  virtual int64_t divergences() const { return -1; }
  /// Returns false for a sampler that only climbs to a mode.
  virtual bool is_sampling() const { return true; }
  /// Returns caveats for the reader of the samples, as clauses; "" for none.
  virtual std::string remarks() const { return ""; }
  /// Adds the sampler's state, apart from the chains' positions, to a State: adapted values, and the position
  /// in a warm-up or schedule. The default adds nothing. To continue a walk, call begin() at its x and
  /// plan_warmup(), then restore the State. Further steps are then bit-identical to the steps of an
  /// uninterrupted walk.
  virtual void add_to(State& state, const std::string& prefix);

 protected:
  /// Resets the state of earlier chains, such as a momentum, for chains at x (B, d).
  virtual void on_begin(const Tensor&) {}
  /// Evaluates the log-density, the score or both at points x (B, d), as a transition needs them.
  virtual PointValue evaluate(const Target& target, const Tensor& x);
  /// Adds evaluations outside evaluate() to evaluations().
  void count_evaluations(int64_t count) { evaluations_ += count; }
  /// Returns one transition from x() and value(). Nothing is recorded.
  virtual Transition transition(const Target& target, Rng& rng, bool warming_up) = 0;

 private:
  Transition at_;
  int64_t evaluations_ = 0;
};

/// A sampler's options, type-erased.
class SamplerOptions {
 public:
  virtual ~SamplerOptions() = default;
  virtual void describe(OptionTable& table) = 0;  ///< adds each field to the table
  /// Makes the sampler. Throws Error if a value is invalid.
  virtual std::unique_ptr<Sampler> make() const = 0;
};

/// An entry of the list of samplers.
struct SamplerEntry {
  std::string name = {};                                   ///< name for --sampler
  unsigned needs = 0;                                      ///< bits of Sampler::needs()
  std::string moves;                                       ///< one line with the transition
  std::string source = {};                                 ///< paper
  std::unique_ptr<SamplerOptions> (*options)() = nullptr;  ///< maker of the options with their defaults
};

/// Returns the entry of a sampler of type S, constructed from options of type O with
/// `describe(OptionTable&)`. Name and needs come from the sampler.
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
