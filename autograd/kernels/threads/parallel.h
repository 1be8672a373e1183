#pragma once

#include <cstdint>
#include <type_traits>

/// All parallel loops of the library go through this file; nothing else opens a parallel region. Work is cut
/// by size alone, never by thread count, so results do not depend on how many threads run.
namespace gradzoo::kernels {

constexpr int kMaxThreads = 256;

/// Threads that kernels may use: the last `set_threads`, else OMP_NUM_THREADS, else the physical cores this
/// process may use.
int threads();

/// Sets the thread count of every later kernel, from 1 to kMaxThreads.
void set_threads(int count);

/// Whether the calling thread flushes denormals to zero (train, sample, bench); by default a thread keeps
/// them. On all its threads a loop runs in the floating-point mode of the thread that calls it (denormals and
/// rounding).
void set_flush_denormals(bool flush);

namespace detail {
void parallel_ranges(int64_t n, int64_t grain, int64_t align,
                     void (*fn)(void* context, int64_t begin, int64_t end), void* context);
}  // namespace detail

/// Calls `fn(begin, end)` on ranges that cover [0, n), in parallel once n exceeds `grain`. Range borders are
/// multiples of `align` elements. No allocation: the callable is passed by pointer. `fn` must not throw: an
/// exception on another thread cannot be caught and ends the process. Only one loop of the process is
/// parallel at a time: a loop inside a loop, inside a foreign parallel region, or beside another thread's
/// loop runs on the calling thread alone.
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

}  // namespace gradzoo::kernels
