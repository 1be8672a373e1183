#pragma once

#include <vector>

#include "gradzoo/base/function_ref.h"

/// Measurements of the machine and of this process for `gradzoo bench`.
namespace gradzoo {

/// Returns the rate of products (2048 x 2048, f32) in GFLOP/s with the current threads: the best of five.
double sgemm_rate();

/// Returns the seconds that one word takes from a CPU to another and back: the least mean of 20 round trips
/// within 50 ms. A parallel loop of two threads needs about five such trips.
double round_trip_seconds(int cpu, int other);

/// Resets the process's peak memory, and returns cached memory to the system.
void reset_peak_memory();

/// Returns the peak resident memory of the process since the last reset_peak_memory(), in MB of 10^6 bytes;
/// if the system cannot reset it, since the process began. Reads Linux's /proc; returns NaN on other systems.
double peak_memory_mb();

/// Returns the number of allocations in the process so far; NaN without a counter (allocation_count.h).
double allocations_so_far();

/// Returns the quantile of the values at `share`, 0 to 1: the median at 0.5.
double quantile(std::vector<double> values, double share);

/// Returns the median time of at least five calls within about `seconds`, after one call that is not timed.
double median_seconds(FunctionRef<void()> call, double seconds);

}  // namespace gradzoo
