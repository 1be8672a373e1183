#include "gradzoo/nn/learn/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

// The share of `total` that lies behind, in [0, 1].
double progress(int64_t step, int64_t total, const char* schedule) {
  if (step < 0 || total < 1)
    throw Error("{}: step {} of {}. Hint: count steps from 0, of at least 1", schedule, step, total);
  return std::min(1.0, static_cast<double>(step) / static_cast<double>(total));
}

}  // namespace

double linear_decay(int64_t step, int64_t total) { return 1.0 - progress(step, total, "linear_decay"); }

double cosine_decay(int64_t step, int64_t total, double floor) {
  const double angle = std::numbers::pi * progress(step, total, "cosine_decay");
  return floor + (1.0 - floor) * 0.5 * (1.0 + std::cos(angle));
}

double warm_up(int64_t step, int64_t steps) {
  return steps == 0 ? 1.0 : progress(step + 1, steps, "warm_up");
}

double step_decay(int64_t step, int64_t every, double factor) {
  if (step < 0 || every < 1)
    throw Error("step_decay: step {}, every {}. Hint: use every = 1 or more", step, every);
  return std::pow(factor, static_cast<double>(step / every));
}

double hold_linear_decay(int64_t step, int64_t total) {
  const double rest = 1.0 - progress(step, total, "hold_linear_decay");
  return warm_up(step, total / 50) * std::min(1.0, 2 * rest);
}

double decay(Decay how, int64_t step, int64_t total) {
  switch (how) {
    case Decay::linear:
      return linear_decay(step, total);
    case Decay::cosine:
      return cosine_decay(step, total);
    case Decay::hold_linear:
      return hold_linear_decay(step, total);
    case Decay::constant:
      break;
  }
  return 1.0;
}

}  // namespace gradzoo
