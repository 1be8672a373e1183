#pragma once

#include "tools/bench/workloads.h"

namespace gradzoo {

/// Times single temperatures of annealed importance sampling: a machine of 784 x 500 with random weights, 100
/// chains, temperatures of 10,000. The loss is the mean log-weight.
WorkloadResult run_annealing(const BenchOptions& options);

}  // namespace gradzoo
