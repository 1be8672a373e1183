#pragma once

#include <string>

#include "state/state.h"

namespace gradzoo {

/// Finds the step at which acceptance has a wanted mean, by dual averaging of log step (Nesterov 2009;
/// Hoffman & Gelman 2014, section 3.2, with their gamma .05, t0 10, kappa .75).
class DualAveraging {
 public:
  DualAveraging(double step, double wanted) : wanted_(wanted) { restart(step); }

  /// Forgets everything but where to begin; it looks first at steps up to ten times as large.
  void restart(double step);
  /// After a transition at step() whose proposals had this mean acceptance probability, in [0, 1].
  void update(double acceptance);

  double step() const;  // to try next
  double kept() const;  // the weighted mean of what was tried, of the logarithms: to go on with
  void add_to(State& state, const std::string& prefix);

 private:
  double wanted_;
  double towards_ = 0, error_ = 0, log_step_ = 0, log_kept_ = 0, count_ = 0;
};

}  // namespace gradzoo
