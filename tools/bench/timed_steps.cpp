#include "tools/bench/timed_steps.h"

#include "gradzoo/autograd/runtime.h"
#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/clock.h"
#include "tools/bench/meters.h"

namespace gradzoo {

WorkloadResult timed_steps(const BenchOptions& options, int64_t batch, FunctionRef<double()> step) {
  for (int64_t i = 0; i < options.warm_up; ++i) step();
  WorkloadResult out;
  out.batch = batch;
  out.step_ms.reserve(static_cast<size_t>(options.steps));
  reset_pool_peak();
  const double flops = counted_flops(), allocations = allocations_so_far();
  double total = 0;
  for (int64_t i = 0; i < options.steps; ++i) {
    const double begun = steady_seconds();
    total += step();
    out.step_ms.push_back((steady_seconds() - begun) * 1e3);
  }
  const auto steps = static_cast<double>(options.steps);
  out.gemm_gflop = (counted_flops() - flops) * 1e-9 / steps;
  out.allocations_per_step = (allocations_so_far() - allocations) / steps;
  out.peak_rss_mb = peak_memory_mb();
  out.pool_peak_mb = static_cast<double>(pool_stats().peak_bytes) * 1e-6;
  out.final_loss = total / steps;
  return out;
}

}  // namespace gradzoo
