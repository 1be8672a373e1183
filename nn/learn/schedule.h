#pragma once

#include <cstdint>

#include "gradzoo/base/options.h"

/// Learning-rate schedules: factors of the base rate, which are pure functions of the step (from 0). Multiply
/// them: lr = base * warm_up(step, 100) * cosine_decay(step, steps).
namespace gradzoo {

/// Falls linearly from 1 at step 0 to 0 at step `total`, and is 0 after that.
double linear_decay(int64_t step, int64_t total);
/// Falls as half a cosine from 1 at step 0 to `floor` at step `total`, and is `floor` after that. Loshchilov
/// & Hutter 2017 (SGDR), eq. 5.
double cosine_decay(int64_t step, int64_t total, double floor = 0.0);
/// Rises linearly from 1/steps at step 0 to 1 at step steps-1, and is 1 after that. steps = 0: no warm-up.
double warm_up(int64_t step, int64_t steps);
/// Returns factor^k after k times `every` steps.
double step_decay(int64_t step, int64_t every, double factor);
/// Rises linearly to 1 over the first 2 % of `total`, stays, and falls linearly to 0 over the second half.
double hold_linear_decay(int64_t step, int64_t total);

/// Schedules of the learning rate over a run.
enum class Decay { constant, linear, cosine, hold_linear };
/// Names of the schedules in options.
inline constexpr Choice<Decay> kDecays[] = {{"constant", Decay::constant},
                                            {"linear", Decay::linear},
                                            {"cosine", Decay::cosine},
                                            {"hold-linear", Decay::hold_linear}};
/// Returns the factor of a schedule at a step of a run with `total` steps.
double decay(Decay how, int64_t step, int64_t total);

}  // namespace gradzoo
