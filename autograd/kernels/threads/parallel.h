#pragma once

#include <cstdint>
#include <type_traits>

/// The parallel loops: all loops of the library go through this file; no other code opens a parallel region.
/// Work is cut only by size, never by thread count, so results do not depend on the number of threads.
namespace gradzoo::kernels {

constexpr int kMaxThreads = 256;

/// Returns the number of threads that kernels may use: the last `set_threads`, else OMP_NUM_THREADS, else the
/// number of physical cores that this process may use.
int threads();

/// Sets the thread count of every later kernel, from 1 to kMaxThreads.
void set_threads(int count);

/// Sets whether the calling thread flushes denormals to zero (train, sample and bench do); by default it
/// keeps them. A loop runs on all its threads in the floating-point mode (denormals and rounding) of the
/// thread that calls it.
void set_flush_denormals(bool flush);

namespace detail {
void parallel_ranges(int64_t n, int64_t grain, int64_t align,
                     void (*fn)(void* context, int64_t begin, int64_t end), void* context);
}  // namespace detail

/// Calls `fn(begin, end)` on ranges that cover [0, n), in parallel if n exceeds `grain`. Range borders are
/// multiples of `align` elements. No allocation: the callable is passed by pointer. `fn` must not throw: an
/// exception on another thread cannot be caught and ends the process. Only one loop of the process is
/// parallel at a time: a loop inside a loop, inside a foreign parallel region, or during another thread's
/// loop runs only on the calling thread.
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
