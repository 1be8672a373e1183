#pragma once

#include "gradzoo/base/function_ref.h"
#include "tools/bench/workloads.h"

namespace gradzoo {

/// Times Langevin transitions of 100 chains of digits, annealed over ten noise levels of 100 transitions, on
/// a score network 784-1024-1024-784 SiLU with random weights. final_loss is the chains' RMS.
WorkloadResult annealed_langevin(const BenchOptions& options);

/// Times Euler steps of 100 class-conditional digits with the U-Net of flow matching, 25 steps per sample.
WorkloadResult unet_sampling(const BenchOptions& options);

/// Times any repeated step: first the warm-up, then each of options.steps, with its memory and allocations.
/// `step` returns a number; final_loss is the mean of these numbers.
WorkloadResult timed_steps(const BenchOptions& options, int64_t batch, FunctionRef<double()> step);

/// Times HMC transitions with ten leapfrog steps each: 1,000 chains on a Gaussian in 100 dimensions (f32)
/// with standard deviations from 0.1 to 1, log-density and score in closed form, step and mass from the
/// warm-up. final_loss is the share of accepted proposals; each step is ten leapfrog steps.
WorkloadResult hmc_steps(const BenchOptions& options);

/// Times single temperatures of annealed importance sampling: an RBM of 784 x 500 units with random weights,
/// 100 chains, 10,000 temperatures. final_loss is the mean log-weight.
WorkloadResult run_annealing(const BenchOptions& options);

}  // namespace gradzoo
