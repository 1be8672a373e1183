#pragma once

#include <string>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/samplers/sampler.h"
#include "gradzoo/samplers/target.h"
#include "gradzoo/state/state.h"

namespace gradzoo {

/// A search for the step size with a given mean acceptance. It doubles or halves the step until the
/// acceptance crosses this mean (Hoffman & Gelman 2014, algorithm 4), and then uses dual averaging (their
/// section 3.2; Nesterov 2009), with their t0 = 10 and kappa = 0.75. With their gamma = 0.05 an error of the
/// acceptance changes the log step by up to three times as much, and the log step changes the acceptance by
/// one to two times as much. The step then oscillates forever between full acceptance and no acceptance, and
/// the acceptance at the average step is up to 0.2 too high. Here gamma is 0.5.
class DualAveraging {
 public:
  /// Starts at `step` and aims at the mean acceptance `wanted`.
  DualAveraging(double step, double wanted) : wanted_(wanted) { restart(step); }
  /// Forgets all updates and starts at `step`.
  void restart(double step);
  /// Call after a transition at step(), with the mean acceptance probability of its proposals, in [0, 1].
  void update(double acceptance);

  double step() const;  ///< step size to try next
  double kept() const;  ///< weighted geometric mean of the step sizes, for use after the search

  void add_to(State& state, const std::string& prefix);  ///< entries below `prefix`, after reset()

 private:
  void search(double acceptance);

  double wanted_;
  double towards_ = 0, error_ = 0, log_step_ = 0, log_kept_ = 0, count_ = 0;
  double direction_ = 0, doublings_left_ = 0;  // of the search; below 0: it is over
};

/// Running variances of the coordinates of points (Welford 1962).
class RunningVariance {
 public:
  void reset(int64_t dimensions);  ///< removes all points; keeps the tensors if `dimensions` does not change
  /// Adds the rows of x (B, d) as points.
  void add(const Tensor& x);
  int64_t count() const { return count_; }  ///< number of points
  /// Returns the variance of coordinate i, shrunk towards 1e-3 as if by five more points (Stan's rule), so
  /// that it is never 0.
  double regularised(int64_t i) const;
  void add_to(State& state, const std::string& prefix);  ///< call it after reset()

 private:
  int64_t count_ = 0;
  Tensor mean_, squares_;  // (d) f64 means and sums of squared deviations
};

/// The windows of the warm-up in which the mass is estimated, as in Stan. The first window begins after an
/// initial phase in which chains move to the typical set. Each window is twice as long as the previous one.
/// The warm-up ends with a phase without windows, in which the step size settles.
class WarmupWindows {
 public:
  /// Plans the windows; a warm-up with fewer than 20 transitions has none.
  void plan(int64_t transitions);
  /// Returns true if transition t, counted from 0, is in a window.
  bool inside(int64_t t) const { return t >= first_ && t < end_; }
  bool closes(int64_t t) const;  ///< true for the last transition of a window

 private:
  int64_t first_ = 0, end_ = 0;
};

/// The end of a trajectory of H(x, v) = -log p(x) + v^T M^-1 v/2.
struct LeapfrogEnd {
  Tensor x;            ///< (B, d)
  PointValue value;    ///< log-density and score at x
  Tensor energy_lost;  ///< (B) H at the beginning minus H at the end
};

/// Makes `steps` steps of size e of the leapfrog integrator (Neal 2011, section 2.3) from x (B, d), whose
/// value is known, with momenta v = M^1/2 z. It overwrites z (B, d); scale (d) is the diagonal of M^-1/2. In
/// a bounded domain x is reflected and v reversed. The call evaluates the target `steps` times and allocates
/// only tensors.
LeapfrogEnd leapfrog(const Target& target, const Tensor& x, const PointValue& value, Tensor z,
                     const Tensor& scale, double e, int64_t steps);

/// The options of Hmc.
struct HmcOptions {
  double step = 0.1;            ///< step size e of the leapfrog integrator
  int64_t leapfrog_steps = 10;  ///< number L of leapfrog steps per transition
  double jitter = 0.1;          ///< jitter of the step: e (1 + jitter u), u uniform on [-1, 1]
  bool adapt = true;            ///< true: adapt step and mass in the warm-up
  double acceptance = 0.8;      ///< target of the mean acceptance

  void describe(OptionTable& options);
};

/// Hamiltonian Monte Carlo (Duane et al. 1987; Neal 2011): momenta v ~ N(0, M), L leapfrog steps of size e,
/// and acceptance by the change of the energy -f(x) + v^T M^-1 v/2. In the warm-up the step follows dual
/// averaging (Hoffman & Gelman 2014), and the diagonal M is the inverse of the coordinates' variances over
/// all chains. The jitter prevents trajectories that return to their start. In a bounded domain coordinates
/// are reflected and their momenta reversed (Neal 2011, section 5.1).
class Hmc : public Sampler {
 public:
  /// Throws Error if the step is not above 0, if there is no leapfrog step, if the jitter is outside [0, 1),
  /// or if the target acceptance is outside (0, 1).
  explicit Hmc(const HmcOptions& options = {});

  std::string_view name() const override { return "hmc"; }
  unsigned needs() const override { return kNeedsLogProb | kNeedsScore; }
  double step_size() const override { return step_; }
  bool is_exact() const override { return true; }
  int64_t divergences() const override { return divergences_; }
  std::string remarks() const override;
  void plan_warmup(int64_t transitions) override;
  void add_to(State& state, const std::string& prefix) override;

  /// Returns the diagonal of M^-1, (d); undefined before begin().
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
  WarmupWindows windows_;
  RunningVariance variance_;
  int64_t warmed_up_ = 0;  ///< transitions of the current warm-up; 0 outside a warm-up
  Tensor inverse_mass_;    ///< (d)
  int64_t divergences_ = 0;
};

SamplerEntry hmc_entry();

}  // namespace gradzoo
