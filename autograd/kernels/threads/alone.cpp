#include <algorithm>
#include <atomic>

#include "autograd/kernels/threads/parallel.h"

// A build without threads (GRADZOO_THREADS=OFF): whoever calls a loop runs all of it.
namespace gradzoo::kernels {
namespace {
std::atomic<int> g_threads{1};
}  // namespace

int threads() { return g_threads; }

void set_threads(int count) { g_threads = std::clamp(count, 1, kMaxThreads); }

void detail::parallel_ranges(int64_t n, int64_t /*grain*/, int64_t /*align*/,
                             void (*fn)(void* context, int64_t begin, int64_t end), void* context) {
  fn(context, 0, n);
}

}  // namespace gradzoo::kernels
