#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "autograd/random.h"
#include "base/options.h"
#include "samplers/fit.h"
#include "samplers/target.h"
#include "state/state.h"

namespace gradzoo {

/// What a transition made of chains that stood at x (B, d).
struct Transition {
  Tensor x;          // (B, d)
  PointValue value;  // there
  double moved = 1;  // share of the chains that took their proposal
};

/// How long a walk is that has an end: its transitions, and how many of these come before its last part. 0:
/// chains may be of any length.
struct WalkLength {
  int64_t steps = 0, before_last = 0;
};

/// The transition of a Markov chain, with its own state; many chains as one batch, a chain a row. A kind is a
/// class of its own (samplers/kinds) and one line in samplers/registry.cpp.
class Sampler {
 public:
  Sampler() = default;
  virtual ~Sampler() = default;
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  /// Chains stand at x (B, d) from here on. Throws Error where the target lacks what the sampler needs, or
  /// gives another shape or dtype than x asks for, and where a chain starts outside the domain, or not on 0
  /// and 1 on a binary target.
  void begin(const Target& target, const Tensor& x);
  /// How many transitions will warm up: told after begin() by who knows, so that what adapts in windows can
  /// plan them.
  virtual void plan_warmup(int64_t) {}
  /// One transition of every chain; `warming_up` where nothing is counted yet, and what is adaptive may
  /// adapt. Points are not checked for being finite; a proposal whose density is not a number is not taken.
  void step(const Target& target, Rng& rng, bool warming_up = false);

  const Tensor& x() const { return at_.x; }
  /// What is known of the points where chains stand: what transition() evaluated.
  const PointValue& value() const { return at_.value; }
  /// Share of the chains that the last step moved.
  double moved() const { return at_.moved; }
  /// Evaluations of the target since begin(), a chain.
  int64_t evaluations() const { return evaluations_; }

  virtual std::string_view name() const = 0;
  virtual unsigned needs() const = 0;
  /// The size of a step, as it is now; 0 of a sampler that has none.
  virtual double step_size() const { return 0; }
  /// Whether proposals may be refused, so that the chain's law is exactly the target's.
  virtual bool is_exact() const = 0;
  /// Of a walk whose law changes until it ends.
  virtual WalkLength length() const { return {}; }
  /// Transitions of a chain since begin(), warm-up left out, whose numerical error was beyond use; -1 of a
  /// sampler that has none.
  virtual int64_t divergences() const { return -1; }
  /// False of what only climbs to a mode.
  virtual bool is_sampling() const { return true; }
  /// What a reader of the samples must know, as clauses; "" for nothing.
  virtual std::string remarks() const { return ""; }
  /// Names the numbers that it has adapted; nothing unless overridden. What belongs to chains is made anew in
  /// on_begin().
  virtual void add_to(State& state, const std::string& prefix);

 protected:
  /// Forgets what belongs to other chains, a momentum say, for chains that stand at x (B, d).
  virtual void on_begin(const Tensor&) {}
  /// What a transition wants to know of points x (B, d): the log-density, the score, or both.
  virtual PointValue evaluate(const Target& target, const Tensor& x);
  /// Adds to evaluations() what was not asked by evaluate().
  void count_evaluations(int64_t count) { evaluations_ += count; }
  /// From x() and value() on. Nothing is recorded.
  virtual Transition transition(const Target& target, Rng& rng, bool warming_up) = 0;

 private:
  Transition at_;
  int64_t evaluations_ = 0;
};

/// A sampler's options without their type.
class SamplerOptions {
 public:
  virtual ~SamplerOptions() = default;
  virtual void describe(OptionTable& table) = 0;
  /// Throws Error for a value that makes no sense.
  virtual std::unique_ptr<Sampler> make() const = 0;
};

/// A line of the list of samplers.
struct SamplerEntry {
  std::string name;
  unsigned needs;
  std::string moves;   // the transition, as a line
  std::string source;  // paper
  std::unique_ptr<SamplerOptions> (*options)() = nullptr;
};

/// The entry of a sampler of type S, made from options of type O with `describe(OptionTable&)`.
template <class O, class S>
SamplerEntry sampler_entry_of(SamplerEntry facts) {
  class Options final : public SamplerOptions {
   public:
    void describe(OptionTable& table) override { options_.describe(table); }
    std::unique_ptr<Sampler> make() const override { return std::make_unique<S>(options_); }

   private:
    O options_;
  };
  facts.options = []() -> std::unique_ptr<SamplerOptions> { return std::make_unique<Options>(); };
  return facts;
}

}  // namespace gradzoo
