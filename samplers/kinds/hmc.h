#pragma once

#include "samplers/adapt/dual_averaging.h"
#include "samplers/adapt/running_variance.h"
#include "samplers/sampler.h"

namespace gradzoo {

/// The options of Hmc.
struct HmcOptions {
  double step = 0.1;            ///< of the leapfrog integrator, e
  int64_t leapfrog_steps = 10;  ///< of a transition, L
  double jitter = 0.1;          ///< each transition's step is e (1 + jitter u), u uniform on [-1, 1]
  bool adapt = true;            ///< step and mass while warming up
  double acceptance = 0.8;      ///< that the step is adapted to

  void describe(OptionTable& options);
};

/// Hamiltonian Monte Carlo (Duane et al. 1987; Neal 2011): momenta p ~ N(0, M), L leapfrog steps of e, and
/// the end accepted by the change of energy -f(x) + p'M^-1 p/2. While warming up the step follows dual
/// averaging (Hoffman & Gelman 2014), and the diagonal M is the inverse of the coordinates' variances over
/// all chains. The jitter keeps a trajectory from coming back to where it began. In a bounded domain
/// coordinates are reflected and their momenta reversed (Neal 2011, section 5.1).
class Hmc : public Sampler {
 public:
  /// Throws Error for a step that is not above 0, fewer than one leapfrog step, a jitter outside [0, 1), and
  /// a target acceptance outside (0, 1).
  explicit Hmc(const HmcOptions& options = {});

  std::string_view name() const override { return "hmc"; }
  unsigned needs() const override { return kNeedsLogProb | kNeedsScore; }
  double step_size() const override { return step_; }
  bool is_exact() const override { return true; }
  int64_t divergences() const override { return divergences_; }
  std::string remarks() const override;
  void plan_warmup(int64_t transitions) override;
  void add_to(State& state, const std::string& prefix) override;

  /// (d): the diagonal of M^-1; undefined before begin().
  const Tensor& inverse_mass() const { return inverse_mass_; }

 protected:
  void on_begin(const Tensor& x) override;
  Transition transition(const Target& target, Rng& rng, bool warming_up) override;

 private:
  double jittered_step(Rng& rng) const;
  void adapt(const Tensor& energy_lost, const Tensor& x);
  void count_divergences(const Tensor& energy_lost);

  HmcOptions options_;
  double step_;
  DualAveraging tuning_;
  bool is_tuning_ = false;
  WarmupWindows windows_;
  RunningVariance variance_;
  int64_t warmed_up_ = 0;  ///< transitions of this warm-up
  Tensor inverse_mass_;    ///< (d)
  int64_t divergences_ = 0;
};

SamplerEntry hmc_entry();

}  // namespace gradzoo
