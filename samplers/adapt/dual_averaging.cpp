#include <cmath>

#include "gradzoo/samplers/kinds/hmc.h"

namespace gradzoo {
namespace {

constexpr double kGamma = 0.5, kDelay = 10, kForget = 0.75;
constexpr double kMostDoublings = 20;

}  // namespace

void DualAveraging::restart(double step) {
  log_step_ = log_kept_ = std::log(step);
  error_ = count_ = direction_ = 0;
  doublings_left_ = kMostDoublings;
}

void DualAveraging::update(double acceptance) {
  if (doublings_left_ >= 0) return search(acceptance);
  ++count_;
  const double share = 1 / (count_ + kDelay);
  error_ = (1 - share) * error_ + share * (wanted_ - acceptance);
  log_step_ = towards_ - std::sqrt(count_) / kGamma * error_;
  const double weight = std::pow(count_, -kForget);
  log_kept_ = weight * log_step_ + (1 - weight) * log_kept_;
}

// Averaging begins between the last two steps, one of them accepted too often and one too rarely.
void DualAveraging::search(double acceptance) {
  const double way = acceptance > wanted_ ? 1 : -1;
  const bool crossed = way == -direction_;
  direction_ = way;
  log_step_ += way * std::log(2.0) / (crossed ? 2 : 1);
  log_kept_ = towards_ = log_step_;
  doublings_left_ = crossed ? -1 : doublings_left_ - 1;
}

double DualAveraging::step() const { return std::exp(log_step_); }

double DualAveraging::kept() const { return std::exp(log_kept_); }

void DualAveraging::add_to(State& state, const std::string& prefix) {
  state.add(prefix + ".towards", towards_);
  state.add(prefix + ".error", error_);
  state.add(prefix + ".log_step", log_step_);
  state.add(prefix + ".log_kept", log_kept_);
  state.add(prefix + ".count", count_);
  state.add(prefix + ".direction", direction_);
  state.add(prefix + ".doublings_left", doublings_left_);
}

}  // namespace gradzoo
