#pragma once

#include <string>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/samplers/sampler.h"
#include "gradzoo/samplers/target.h"
#include "gradzoo/state/state.h"

namespace gradzoo {

/// Finds the step at which acceptance has a wanted mean: doubles or halves it until acceptance crosses that
/// (as Hoffman & Gelman 2014, algorithm 4), and from there on averages by their section 3.2 (Nesterov 2009),
/// with their t0 10 and kappa .75. Their gamma .05 answers an error of the acceptance with up to three times
/// as much in the log step, and acceptance answers that with one to two times as much: the step swings
/// without end between accepted always and never, and what is kept, in the middle, is accepted up to .2 too
/// often. Here gamma is .5.
class DualAveraging {
 public:
  /// From this step to the one of this mean acceptance.
  DualAveraging(double step, double wanted) : wanted_(wanted) { restart(step); }

  /// Forgets everything but where to begin.
  void restart(double step);
  /// Call after a transition at step(), with the mean acceptance probability of its proposals, in [0, 1].
  void update(double acceptance);

  double step() const;  ///< to try next
  double kept() const;  ///< the weighted mean of what was tried, of the logarithms: to go on with
  void add_to(State& state, const std::string& prefix);  ///< under such names

 private:
  void search(double acceptance);

  double wanted_;
  double towards_ = 0, error_ = 0, log_step_ = 0, log_kept_ = 0, count_ = 0;
  double direction_ = 0, doublings_left_ = 0;  // of the search; below 0: it is over
};

/// Variances of the coordinates of points that come in batches (Welford 1962).
class RunningVariance {
 public:
  void reset(int64_t dimensions);  ///< to no points; keeps the tensors of a State of as many dimensions
  /// x (B, d): every row counts, from any chain.
  void add(const Tensor& x);
  int64_t count() const { return count_; }  ///< of points
  /// Variance of coordinate i, shrunk towards 1e-3 as if by five more points (Stan's rule), so that it is
  /// never 0.
  double regularised(int64_t i) const;
  void add_to(State& state, const std::string& prefix);  ///< under such names, after reset()

 private:
  int64_t count_ = 0;
  Tensor mean_, squares_;  // (d) f64: of deviations from the mean
};

/// The windows of warm-up in which the mass is estimated, as Stan plans them. There is none at first, while
/// chains still move to the typical set. Then each window is twice as long as the one before. There is none
/// at the end, where the step settles.
class WarmupWindows {
 public:
  /// No windows in fewer than 20 transitions.
  void plan(int64_t transitions);
  /// Whether transition t, counted from 0, belongs to a window.
  bool inside(int64_t t) const { return t >= first_ && t < end_; }
  bool closes(int64_t t) const;  ///< whether it is a window's last

 private:
  int64_t first_ = 0, end_ = 0;
};

/// The end of a trajectory of H(x, p) = -log p(x) + p'M^-1 p/2.
struct LeapfrogEnd {
  Tensor x;            ///< (B, d)
  PointValue value;    ///< there
  Tensor energy_lost;  ///< (B): H at the beginning minus H at the end
};

/// L steps of size e of the leapfrog integrator (Neal 2011, section 2.3) from x (B, d), of known value, with
/// momenta p = M^1/2 z: z (B, d), which it overwrites; scale (d) is the diagonal of M^-1/2. In a bounded
/// domain x is reflected and p reversed. Evaluates the target L times and allocates only tensors.
LeapfrogEnd leapfrog(const Target& target, const Tensor& x, const PointValue& value, Tensor z,
                     const Tensor& scale, double e, int64_t steps);

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
  WarmupWindows windows_;
  RunningVariance variance_;
  int64_t warmed_up_ = 0;  ///< transitions of the warm-up that is going on; 0: there is none
  Tensor inverse_mass_;    ///< (d)
  int64_t divergences_ = 0;
};

SamplerEntry hmc_entry();

}  // namespace gradzoo
