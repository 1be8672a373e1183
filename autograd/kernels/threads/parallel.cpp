#include "autograd/kernels/threads/parallel.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <memory>
#include <set>
#include <string>

#include <omp.h>
#include <sched.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "autograd/kernels/threads/team.h"

namespace gradzoo::kernels {
namespace {

constexpr int64_t kMaxBlocks = 48;  // divisible by 2, 3, 4, 6, 8, 12 and 16

std::atomic<int> g_threads{0};
std::atomic<bool> g_flush_denormals{false};

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
int cgroup_cpus() {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) return kMaxThreads;
  return static_cast<int>((std::strtod(quota.c_str(), nullptr) + period - 1) / period);
}

int default_threads() {
  if (const char* text = std::getenv("OMP_NUM_THREADS")) {
    const int count = std::atoi(text);
    if (count >= 1) return std::min(count, kMaxThreads);
  }
  return std::clamp(std::min(physical_cores(), cgroup_cpus()), 1, kMaxThreads);
}

void write_denormal_mode(bool flush) {
#if defined(__x86_64__)
  constexpr unsigned kFtzDaz = 0x8040;
  const unsigned mode = _mm_getcsr();
  _mm_setcsr(flush ? mode | kFtzDaz : mode & ~kFtzDaz);
#elif defined(__aarch64__)
  uint64_t mode = 0;
  asm volatile("mrs %0, fpcr" : "=r"(mode));
  constexpr uint64_t kFz = uint64_t{1} << 24;
  mode = flush ? mode | kFz : mode & ~kFz;
  asm volatile("msr fpcr, %0" : : "r"(mode));
#else
  static_cast<void>(flush);
#endif
}

/// Brings the calling thread's floating-point mode to the one asked for. Every worker does so whenever it
/// takes work, so threads started later follow too. A thread starts in the mode of its parent: its first
/// call always writes.
void follow_denormal_mode() {
  thread_local int current = -1;
  const bool wanted = g_flush_denormals.load(std::memory_order_relaxed);
  if (current == static_cast<int>(wanted)) return;
  write_denormal_mode(wanted);
  current = static_cast<int>(wanted);
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

void set_flush_denormals(bool flush) {
  g_flush_denormals.store(flush, std::memory_order_relaxed);
  follow_denormal_mode();
}

namespace detail {

namespace {

// What the calling thread is: outside of any team, a leader who may hand out a loop, or at work in one.
thread_local Team* g_leads = nullptr;
thread_local bool g_works = false;

Team& own_team() {
  thread_local const auto team = std::make_unique<Team>();
  return *team;
}

/// Runs one block on whichever thread took it. What a block throws has nobody to catch it: it ends the
/// process.
struct BlockRunner {
  RangeFn fn;
  void* context;

  static void run(void* self, int64_t begin, int64_t end) noexcept {
    const auto& runner = *static_cast<const BlockRunner*>(self);
    follow_denormal_mode();
    g_works = true;
    runner.fn(runner.context, begin, end);
    g_works = false;
  }
};

}  // namespace

void with_team(void (*body)(void*), void* context) {
  const int size = threads();
  if (g_leads != nullptr || size == 1 || omp_in_parallel()) return body(context);
  Team& team = own_team();
  const uint32_t start = team.assemble();
  std::exception_ptr error;
#pragma omp parallel num_threads(size)
  if (const int member = omp_get_thread_num(); member > 0) {
    team.serve(member, start);
  } else {
    g_leads = &team;
    try {
      body(context);
    } catch (...) {
      error = std::current_exception();
    }
    g_leads = nullptr;
    team.dismiss();
  }
  if (error) std::rethrow_exception(error);
}

void parallel_ranges(int64_t n, int64_t grain, int64_t align, RangeFn fn, void* context) {
  follow_denormal_mode();
  if (n <= grain) return fn(context, 0, n);
  const int64_t size = block_size(n, grain, align);
  const bool alone = threads() == 1 || g_works || (g_leads == nullptr && omp_in_parallel());
  if (size >= n || alone) return fn(context, 0, n);
  BlockRunner runner{fn, context};
  const Loop loop{BlockRunner::run, &runner, n, size, (n + size - 1) / size};
  gradzoo::kernels::with_team([&] {
    if (g_leads == nullptr) return fn(context, 0, n);  // another thread has just set the count to 1
    g_leads->run(loop, threads());
  });
}

}  // namespace detail
}  // namespace gradzoo::kernels
