#pragma once

#include <span>
#include <string>
#include <vector>

namespace gradzoo {

struct BenchOptions {
  int64_t steps = 300;  // timed steps
  int64_t warm_up = 30;
};
struct WorkloadResult;

/// A step that is timed: a training step of one of the library's models, with the settings that a user would
/// give to `gradzoo train`; or the step that `measure` times.
struct Workload {
  std::string name;            // "vae_b100"
  std::string step;            // description of one step
  std::string line = "";       // MODEL KEY=VALUE ...; "" if `measure` is set
  bool pooled_to_8x8 = false;  // True if images are padded to 32 x 32, then averaged over 4 x 4 pixels
  WorkloadResult (*measure)(const BenchOptions& options) = nullptr;
};

/// Returns all workloads of `gradzoo bench`.
std::span<const Workload> workloads();

/// The name of the workload without steps; tape_overhead.h measures it.
inline constexpr const char* kTapeOverhead = "tape_overhead";

/// The times of a workload's steps, with their operations, memory and loss.
struct WorkloadResult {
  int64_t batch = 0;
  std::vector<double> step_ms;      // in the order of the steps
  double gemm_gflop = 0;            // operations of matrix products in one step, in units of 10^9
  double allocations_per_step = 0;  // NaN without a counter
  double peak_rss_mb = 0;
  double pool_peak_mb = 0;  // peak memory of all tensors during a timed step
  double final_loss = 0;

  /// Returns the quantile of the times in milliseconds.
  double ms(double share) const;
};

/// Runs `warm_up + steps` steps in memory, without a run directory.
WorkloadResult run_workload(const Workload& workload, const BenchOptions& options);

}  // namespace gradzoo
