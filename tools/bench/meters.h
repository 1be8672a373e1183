#pragma once

#include <vector>

#include "gradzoo/base/function_ref.h"

/// What a bench reads of the machine and of the process.
namespace gradzoo {

/// GFLOP/s of large square products (2048 x 2048, f32) on the threads that are set: the best of five.
double sgemm_rate();

/// Seconds that a word takes from one CPU to another and back, which a loop of two threads does some five
/// times: the least mean of 20 trips in 50 ms.
double round_trip_seconds(int cpu, int other);

/// Forgets the largest memory that the process has had so far, and gives cached memory back to the system.
void reset_peak_memory();

/// Largest resident memory of the process since the last reset_peak_memory(), in MB of 10^6 bytes (where the
/// system cannot forget: since its start). Read from Linux's /proc; NaN elsewhere.
double peak_memory_mb();

/// Calls of malloc and its kin in the whole process so far; NaN where nobody counts (allocation_count.h).
double allocations_so_far();

/// The value that this share of the values, at least one, stays below: the median at 0.5.
double quantile(std::vector<double> values, double share);

/// The median time of calls, at least five, over about `seconds` after a first one.
double median_seconds(FunctionRef<void()> call, double seconds);

}  // namespace gradzoo
