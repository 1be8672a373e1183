#pragma once

#include <string>

#include "state/state.h"

namespace gradzoo {

/// Finds the step at which acceptance has a wanted mean: doubles or halves it until acceptance crosses that
/// (as Hoffman & Gelman 2014, algorithm 4), and from there on averages by their section 3.2 (Nesterov 2009),
/// with their t0 10 and kappa .75. Their gamma .05 answers an error of the acceptance with up to three times
/// as much in the log step, and acceptance answers that with one to two times as much: the step swings
/// without end between accepted always and never, and what is kept, in the middle, is accepted up to .2 too
/// often. Here gamma is .5.
class DualAveraging {
 public:
  DualAveraging(double step, double wanted) : wanted_(wanted) { restart(step); }

  /// Forgets everything but where to begin.
  void restart(double step);
  /// Call after a transition at step(), with the mean acceptance probability of its proposals, in [0, 1].
  void update(double acceptance);

  double step() const;  // to try next
  double kept() const;  // the weighted mean of what was tried, of the logarithms: to go on with
  void add_to(State& state, const std::string& prefix);

 private:
  void search(double acceptance);

  double wanted_;
  double towards_ = 0, error_ = 0, log_step_ = 0, log_kept_ = 0, count_ = 0;
  double direction_ = 0, doublings_left_ = 0;  // of the search; below 0: it is over
};

}  // namespace gradzoo
