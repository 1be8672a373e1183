#pragma once

#include "tools/bench/workloads.h"

namespace gradzoo {

/// Transitions of HMC, ten leapfrog steps each, of 1000 chains on a Gaussian in 100 dimensions, f32: standard
/// deviations from 0.1 to 1, log-density and score in closed form, step and mass from the warm-up. Its
/// final_loss is the share of accepted proposals; leapfrog steps per second are ten times steps per second.
WorkloadResult hmc_steps(const BenchOptions& options);

}  // namespace gradzoo
