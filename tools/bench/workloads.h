#pragma once

#include <span>
#include <string>
#include <vector>

namespace gradzoo {

struct BenchOptions {
  int64_t steps = 300;  // timed
  int64_t warm_up = 30;
};
struct WorkloadResult;

/// A step that is timed: of training one of the library's own models, with the settings that a user would
/// give to `gradzoo train`; or what `measure` times.
struct Workload {
  std::string name;            // "vae_b100"
  std::string step;            // what one step does
  std::string line = "";       // MODEL KEY=VALUE ...; "" where `measure` is set
  bool pooled_to_8x8 = false;  // the images, padded to 32 x 32, as means of 4 x 4 pixels
  WorkloadResult (*measure)(const BenchOptions& options) = nullptr;
};

/// Every step that `gradzoo bench` knows.
std::span<const Workload> workloads();

/// The workload that has no steps: see tape_overhead.h.
inline constexpr const char* kTapeOverhead = "tape_overhead";

/// Times of the steps of a workload, with what they needed.
struct WorkloadResult {
  int64_t batch = 0;
  std::vector<double> step_ms;      // in order
  double gemm_gflop = 0;            // executed in one step
  double allocations_per_step = 0;  // NaN where nobody counts
  double peak_rss_mb = 0;
  double pool_peak_mb = 0;  // largest memory of all tensors alive at once, in a timed step
  double final_loss = 0;

  /// Milliseconds that this share of the steps stayed below.
  double ms(double share) const;
};

/// Runs `warm_up + steps` steps in memory.
WorkloadResult run_workload(const Workload& workload, const BenchOptions& options);

}  // namespace gradzoo
