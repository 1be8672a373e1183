#pragma once

#include <cstdint>
#include <type_traits>

/// The one thread policy. Nothing else in the library opens a parallel region.
/// Work is cut by size alone, never by thread count, so results do not depend on how many threads run.
namespace gradzoo::kernels {

constexpr int kMaxThreads = 256;

/// Threads that kernels may use: the last `set_threads`, else OMP_NUM_THREADS, else the physical cores this
/// process may use.
int threads();

/// Sets the thread count of every later kernel, from 1 to kMaxThreads.
void set_threads(int count);

/// Flush denormals to zero on every worker (train, sample, bench); the default keeps them.
void set_flush_denormals(bool flush);

namespace detail {
void with_team(void (*body)(void*), void* context);
void parallel_ranges(int64_t n, int64_t grain, int64_t align,
                     void (*fn)(void* context, int64_t begin, int64_t end), void* context);
}  // namespace detail

/// Calls `fn(begin, end)` on ranges that cover [0, n), in parallel once n exceeds `grain`. Range borders are
/// multiples of `align` elements. No allocation: the callable is passed by pointer. `fn` must not throw: on
/// another thread nobody could catch it, and the process ends. A process that forks after its first loop runs
/// none in the child, where libgomp's threads do not exist: let the child call exec.
template <class Fn>
void parallel_for(int64_t n, int64_t grain, int64_t align, Fn&& fn) {
  if (n <= 0) return;
  detail::parallel_ranges(
      n, grain, align,
      [](void* context, int64_t begin, int64_t end) {
        (*static_cast<std::remove_reference_t<Fn>*>(context))(begin, end);
      },
      const_cast<void*>(static_cast<const void*>(&fn)));
}

/// Runs `body` with the threads kept close by between its loops, where a loop outside would start them anew:
/// for a training run, or whatever else has many loops. Within it at most as many threads work as there were
/// when it began. What `body` throws is thrown on.
template <class Body>
void with_team(Body&& body) {
  detail::with_team([](void* context) { (*static_cast<std::remove_reference_t<Body>*>(context))(); },
                    const_cast<void*>(static_cast<const void*>(&body)));
}

}  // namespace gradzoo::kernels
