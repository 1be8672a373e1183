#include "autograd/kernels/threads/parallel.h"

#include <atomic>
#include <limits>
#include <mutex>
#include <set>
#include <utility>

#include <doctest/doctest.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "support/numbers.h"

using namespace gradzoo;

namespace {

using Ranges = std::set<std::pair<int64_t, int64_t>>;

Ranges ranges_of(int64_t n, int64_t grain, int64_t align) {
  Ranges ranges;
  std::mutex lock;
  kernels::parallel_for(n, grain, align, [&](int64_t begin, int64_t end) {
    const std::lock_guard<std::mutex> hold(lock);
    ranges.emplace(begin, end);
  });
  return ranges;
}

}  // namespace

TEST_CASE("ranges cover every element once and start on multiples of the alignment") {
  test::ThreadGuard guard;
  kernels::set_threads(3);
  for (const int64_t n : {1, 63, 64, 65, 1000, 100000, 99991})
    for (const int64_t align : {1, 16, 64}) {
      int64_t expected = 0;
      for (const auto& [begin, end] : ranges_of(n, 256, align)) {
        CHECK(begin == expected);
        CHECK(begin % align == 0);
        CHECK(end > begin);
        expected = end;
      }
      CHECK(expected == n);
    }
}

TEST_CASE("the cut depends on the size alone, not on the thread count") {
  test::ThreadGuard guard;
  kernels::set_threads(2);
  const Ranges expected = ranges_of(1 << 20, 1024, 64);
  CHECK(expected.size() > 16);
  for (const int count : {3, 8}) {
    kernels::set_threads(count);
    CHECK(ranges_of(1 << 20, 1024, 64) == expected);
  }
}

TEST_CASE("an empty loop calls nothing and a small one runs in one piece") {
  CHECK(ranges_of(0, 10, 1).empty());
  CHECK(ranges_of(10, 10, 1) == Ranges{{0, 10}});
}

TEST_CASE("a loop inside a loop runs where it stands") {
  test::ThreadGuard guard;
  kernels::set_threads(2);
  std::atomic<int64_t> total{0};
  kernels::parallel_for(8, 1, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      kernels::parallel_for(1000, 10, 1, [&](int64_t from, int64_t to) { total += to - from; });
    }
  });
  CHECK(total == 8000);
}

TEST_CASE("set_threads takes at least one thread") {
  test::ThreadGuard guard;
  kernels::set_threads(0);
  CHECK(kernels::threads() == 1);
  kernels::set_threads(5);
  CHECK(kernels::threads() == 5);
}

// Halves of the least normal number that came out as 0, over a loop on several threads.
int count_flushed() {
  std::atomic<int> flushed{0};
  kernels::parallel_for(64, 1, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      volatile double tiny = std::numeric_limits<double>::min();
      volatile double half = tiny / 2;
      if (half == 0) ++flushed;
    }
  });
  return flushed.load();
}

TEST_CASE("flushing denormals reaches every worker, also workers that start later, and ends again") {
  test::ThreadGuard guard;
  kernels::set_threads(3);
  CHECK(count_flushed() == 0);
  kernels::set_flush_denormals(true);
  CHECK(count_flushed() == 64);
  kernels::set_threads(7);
  CHECK(count_flushed() == 64);
  kernels::set_flush_denormals(false);
  CHECK(count_flushed() == 0);
}

#if defined(__x86_64__)
TEST_CASE("a loop runs in the mode of the thread that calls it, and leaves that mode alone") {
  test::ThreadGuard guard;
  kernels::set_threads(3);
  const unsigned before = _mm_getcsr();
  constexpr unsigned kFlush = 0x8040, kTowardZero = 0x6000;
  _mm_setcsr(before | kFlush);  // as a user may have set it by himself
  CHECK(count_flushed() == 64);
  CHECK((_mm_getcsr() & kFlush) == kFlush);
  _mm_setcsr(before | kTowardZero);
  std::atomic<int> rounded_up{0};
  kernels::parallel_for(64, 1, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      volatile double two = 2, three = 3;  // 2/3 in binary ends in ...10101|01010: nearest is above
      if (two / three * 3 >= 2) ++rounded_up;
    }
  });
  _mm_setcsr(before);
  CHECK(rounded_up == 0);
  CHECK(count_flushed() == 0);
}
#endif
