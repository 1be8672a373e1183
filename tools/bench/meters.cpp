#include "tools/bench/meters.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <sched.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/allocation_count.h"
#include "gradzoo/base/clock.h"
#include "gradzoo/base/text.h"

namespace gradzoo {
namespace {

/// Holds the calling thread, where the system lets it.
void stay_on(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<size_t>(cpu), &set);
  static_cast<void>(::sched_setaffinity(0, sizeof(set), &set));
}

}  // namespace

double allocations_so_far() {
  const bool counts = counts_allocations != nullptr && counts_allocations();
  return counts ? static_cast<double>(allocation_count()) : NAN;
}

double quantile(std::vector<double> values, double share) {
  const auto at = values.begin() + std::lround(share * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, at);
  return *at;
}

double median_seconds(FunctionRef<void()> call, double seconds) {
  call();
  std::vector<double> times;
  for (const double begun = steady_seconds(); times.size() < 5 || steady_seconds() < begun + seconds;) {
    const double start = steady_seconds();
    call();
    times.push_back(steady_seconds() - start);
  }
  return quantile(times, 0.5);
}

double sgemm_rate() {
  constexpr int64_t kSide = 2048;
  constexpr int kRuns = 5;
  const Tensor a = full({kSide, kSide}, 0.5), b = full({kSide, kSide}, 0.25);
  double best = 0;
  for (int run = 0; run < kRuns; ++run) {
    const double begun = steady_seconds();
    const Tensor product = matmul(a, b);
    best = std::max(best, 2e-9 * std::pow(kSide, 3) / (steady_seconds() - begun));
  }
  return best;
}

double round_trip_seconds(int cpu, int other) {
  constexpr int kTrips = 20;
  constexpr double kSeconds = 0.05;  // other programs leave both threads their CPUs for microseconds of it
  alignas(64) std::atomic<int> word{0};
  alignas(64) std::atomic<bool> ends{false};
  double least = INFINITY;
  std::thread partner([&] {  // makes each odd number even
    stay_on(other);
    while (!ends.load(std::memory_order_relaxed)) {
      const int now = word.load(std::memory_order_acquire);
      if (now % 2 == 1) word.store(now + 1, std::memory_order_release);
    }
  });
  std::thread([&] {
    stay_on(cpu);
    const double begun = steady_seconds();
    for (double start = begun; start < begun + kSeconds; start = steady_seconds()) {
      for (int trip = 0; trip < kTrips; ++trip) {
        word.store(2 * trip + 1, std::memory_order_release);
        while (word.load(std::memory_order_acquire) % 2 == 1) {
        }
      }
      least = std::min(least, (steady_seconds() - start) / kTrips);
    }
  }).join();
  ends = true;
  partner.join();
  return least;
}

void reset_peak_memory() {
  trim_pool();
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
  std::ofstream("/proc/self/clear_refs") << 5;  // proc(5): resets the peak resident set size
}

double peak_memory_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    constexpr std::string_view kPeak = "VmHWM:";
    if (!line.starts_with(kPeak)) continue;  // a number and " kB"
    const size_t begin = line.find_first_not_of(" \t", kPeak.size()), end = line.find(' ', begin);
    return parse_number<double>(line.substr(begin, end - begin)).value_or(NAN) * 1024 / 1e6;
  }
  return NAN;
}

}  // namespace gradzoo
