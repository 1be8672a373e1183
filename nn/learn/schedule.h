#pragma once

#include <cstdint>

#include "gradzoo/base/options.h"

/// Learning-rate schedules: factors of the base rate, pure functions of the step, which counts from 0. They
/// multiply: lr = base * warm_up(step, 100) * cosine_decay(step, steps).
namespace gradzoo {

/// 1 at step 0, falling linearly to 0 at `total` and after.
double linear_decay(int64_t step, int64_t total);
/// Half a cosine from 1 at step 0 to `floor` at `total` and after. Loshchilov & Hutter 2017 (SGDR), eq. 5.
double cosine_decay(int64_t step, int64_t total, double floor = 0.0);
/// Rises linearly: 1/steps at step 0, 1 from step steps-1 on. No warm-up for steps = 0.
double warm_up(int64_t step, int64_t steps);
/// factor^k after k times `every` steps.
double step_decay(int64_t step, int64_t every, double factor);

/// Rises linearly over the first 2 % of `total`, stays, and falls linearly to 0 over the second half.
double hold_linear_decay(int64_t step, int64_t total);

/// How the learning rate goes over a run.
enum class Decay { constant, linear, cosine, hold_linear };
/// Their names in options.
inline constexpr Choice<Decay> kDecays[] = {{"constant", Decay::constant},
                                            {"linear", Decay::linear},
                                            {"cosine", Decay::cosine},
                                            {"hold-linear", Decay::hold_linear}};
/// The factor of that decay over a run of `total` steps.
double decay(Decay how, int64_t step, int64_t total);

}  // namespace gradzoo
