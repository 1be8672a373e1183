#include "autograd/kernels/threads/parallel.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

#include <omp.h>
#include <sched.h>

#include "autograd/kernels/threads/team.h"
#include "gradzoo/base/container.h"

namespace gradzoo::kernels {
namespace {

constexpr int64_t kMaxBlocks = 48;  // divisible by 2, 3, 4, 6, 8, 12 and 16

std::atomic<int> g_threads{0};

/// Physical cores in this process's affinity mask: one for each distinct set of hyper-threads.
int physical_cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return omp_get_num_procs();
  std::set<std::string> cores;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(static_cast<size_t>(cpu), &allowed)) continue;
    std::ifstream file("/sys/devices/system/cpu/cpu" + std::to_string(cpu) +
                       "/topology/thread_siblings_list");
    std::string siblings;
    cores.insert(std::getline(file, siblings) ? siblings : std::to_string(cpu));
  }
  return static_cast<int>(cores.size());
}

/// CPUs that the container's quota grants, rounded up; a large number without a quota.
int granted_cpus() {
  const double cpus = container_limits().cpus;
  return cpus > 0 && cpus < kMaxThreads ? static_cast<int>(std::ceil(cpus)) : kMaxThreads;
}

int default_threads() {
  if (const char* text = std::getenv("OMP_NUM_THREADS")) {
    const int count = std::atoi(text);
    if (count >= 1) return std::min(count, kMaxThreads);
  }
  return std::clamp(std::min(physical_cores(), granted_cpus()), 1, kMaxThreads);
}

/// Elements a block: a function of the size alone.
int64_t block_size(int64_t n, int64_t grain, int64_t align) {
  const int64_t quarter = std::max<int64_t>(1, grain / 4);
  int64_t blocks = std::min(kMaxBlocks, std::max<int64_t>(2, n / quarter));
  if (blocks > 4) blocks -= blocks % 4;
  const int64_t size = (n + blocks - 1) / blocks;
  return (size + align - 1) / align * align;
}

}  // namespace

int threads() {
  int count = g_threads.load(std::memory_order_relaxed);
  if (count == 0) {
    const int found = default_threads();
    if (g_threads.compare_exchange_strong(count, found, std::memory_order_relaxed)) return found;
  }
  return count;
}

void set_threads(int count) { g_threads.store(std::clamp(count, 1, kMaxThreads), std::memory_order_relaxed); }

namespace detail {

void parallel_ranges(int64_t n, int64_t grain, int64_t align, RangeFn fn, void* context) {
  if (n <= grain) return fn(context, 0, n);
  const int64_t size = block_size(n, grain, align);
  const int members = threads();
  if (size >= n || members == 1 || omp_in_parallel()) return fn(context, 0, n);
  if (!Team::run({fn, context, n, size, (n + size - 1) / size, FloatMode::of_this_thread()}, members))
    fn(context, 0, n);
}

}  // namespace detail
}  // namespace gradzoo::kernels
