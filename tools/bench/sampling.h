#pragma once

#include "gradzoo/base/function_ref.h"
#include "tools/bench/workloads.h"

namespace gradzoo {

/// One Langevin transition of 100 chains of digits, annealed over ten noise levels of 100 transitions, on a
/// score network 784-1024-1024-784 SiLU with random weights. The loss is the root mean square of the chains.
WorkloadResult annealed_langevin(const BenchOptions& options);

/// One Euler step of 100 digits by class through the U-Net of flow matching, 25 of them a sample, no
/// guidance.
WorkloadResult unet_sampling(const BenchOptions& options);

/// Times a step that is no step of training: the warm-up, then each of options.steps with all that it needed.
/// `step` gives the number that becomes the mean in final_loss.
WorkloadResult timed_steps(const BenchOptions& options, int64_t batch, FunctionRef<double()> step);

/// Transitions of HMC, ten leapfrog steps each, of 1000 chains on a Gaussian in 100 dimensions, f32: standard
/// deviations from 0.1 to 1, log-density and score in closed form, step and mass from the warm-up. Its
/// final_loss is the share of accepted proposals; leapfrog steps per second are ten times steps per second.
WorkloadResult hmc_steps(const BenchOptions& options);

/// Times single temperatures of annealed importance sampling: a machine of 784 x 500 with random weights, 100
/// chains, temperatures of 10,000. The loss is the mean log-weight.
WorkloadResult run_annealing(const BenchOptions& options);

}  // namespace gradzoo
