#pragma once

#include "gradzoo/base/function_ref.h"
#include "tools/bench/workloads.h"

namespace gradzoo {

/// Times a step that is no step of training: the warm-up, then each of options.steps with all that it needed.
/// `step` gives the number that becomes the mean in final_loss.
WorkloadResult timed_steps(const BenchOptions& options, int64_t batch, FunctionRef<double()> step);

}  // namespace gradzoo
