#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "autograd/kernels/threads/parallel.h"
#include "support/short_names.h"

namespace gradzoo::test {

template <class T>
constexpr T kInfinity = std::numeric_limits<T>::infinity();
template <class T>
constexpr T kNotANumber = std::numeric_limits<T>::quiet_NaN();

/// Returns the distance of `got` from the exact value in units in the last place of T; 0 if both are NaN or
/// the same infinity, and a huge number if only one is finite.
template <class T>
double ulps(T got, long double truth) {
  const T nearest = static_cast<T>(truth);
  if (std::isnan(got) && std::isnan(nearest)) return 0;
  if (got == nearest) return 0;
  if (!std::isfinite(got) || !std::isfinite(nearest)) return 1e300;
  const T size = std::fabs(nearest);
  const long double step =
      static_cast<long double>(std::nextafter(size, kInfinity<T>)) - static_cast<long double>(size);
  return static_cast<double>(std::fabs(static_cast<long double>(got) - truth) / step);
}

/// Returns uniform values in [low, high), which only depend on the seed.
template <class T>
std::vector<T> uniform_values(int64_t n, double low, double high, uint64_t seed = 1) {
  std::mt19937_64 bits(seed);
  std::vector<T> values(static_cast<size_t>(n));
  for (T& v : values) v = static_cast<T>(low + (high - low) * static_cast<double>(bits() >> 11) * 0x1p-53);
  return values;
}

template <class T>
bool same_bytes(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

/// Restores the thread count at the end of a test.
class ThreadGuard {
 public:
  ThreadGuard() = default;
  ThreadGuard(const ThreadGuard&) = delete;
  ThreadGuard& operator=(const ThreadGuard&) = delete;
  ~ThreadGuard() { kernels::set_threads(before_); }

 private:
  int before_ = kernels::threads();
};

/// Returns true if `compute()` returns a bit-identical vector with 1, 2, 3 and 8 threads.
template <class Compute>
bool same_at_any_thread_count(Compute compute) {
  ThreadGuard guard;
  kernels::set_threads(1);
  const auto expected = compute();
  for (const int count : {2, 3, 8}) {
    kernels::set_threads(count);
    if (!same_bytes(expected, compute())) return false;
  }
  return true;
}

}  // namespace gradzoo::test
