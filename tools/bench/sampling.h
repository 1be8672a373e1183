#pragma once

#include "tools/bench/workloads.h"

namespace gradzoo {

/// One Langevin transition of 100 chains of digits, annealed over ten noise levels of 100 transitions, on a
/// score network 784-1024-1024-784 SiLU with random weights. The loss is the root mean square of the chains.
WorkloadResult annealed_langevin(const BenchOptions& options);

/// One Euler step of 100 digits by class through the U-Net of flow matching, 25 of them a sample, no
/// guidance.
WorkloadResult unet_sampling(const BenchOptions& options);

}  // namespace gradzoo
