#include "samplers/adapt/dual_averaging.h"

#include <cmath>

namespace gradzoo {
namespace {

constexpr double kGamma = 0.05, kDelay = 10, kForget = 0.75;

}  // namespace

void DualAveraging::restart(double step) {
  towards_ = std::log(10 * step);
  log_step_ = log_kept_ = std::log(step);
  error_ = count_ = 0;
}

void DualAveraging::update(double acceptance) {
  ++count_;
  const double share = 1 / (count_ + kDelay);
  error_ = (1 - share) * error_ + share * (wanted_ - acceptance);
  log_step_ = towards_ - std::sqrt(count_) / kGamma * error_;
  const double weight = std::pow(count_, -kForget);
  log_kept_ = weight * log_step_ + (1 - weight) * log_kept_;
}

double DualAveraging::step() const { return std::exp(log_step_); }

double DualAveraging::kept() const { return std::exp(log_kept_); }

void DualAveraging::add_to(State& state, const std::string& prefix) {
  state.add(prefix + ".towards", towards_);
  state.add(prefix + ".error", error_);
  state.add(prefix + ".log_step", log_step_);
  state.add(prefix + ".log_kept", log_kept_);
  state.add(prefix + ".count", count_);
}

}  // namespace gradzoo
