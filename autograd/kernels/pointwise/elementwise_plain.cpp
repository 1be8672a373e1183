// Elementwise loops without arithmetic to speak of: masks, copies, conversions.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "autograd/kernels/pointwise/broadcast_rows.h"
#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/kernels/threads/parallel.h"

namespace gradzoo::kernels {
namespace {

constexpr int64_t kGrain = 16384;

// Calls fn with the comparison of two numbers.
template <class Fn>
void with_test(Compare op, Fn&& fn) {
  switch (op) {
    case Compare::lt:
      return fn([](auto u, auto v) { return u < v; });
    case Compare::le:
      return fn([](auto u, auto v) { return u <= v; });
    case Compare::gt:
      return fn([](auto u, auto v) { return u > v; });
    case Compare::ge:
      return fn([](auto u, auto v) { return u >= v; });
    case Compare::eq:
      return fn([](auto u, auto v) { return u == v; });
    case Compare::ne:
      return fn([](auto u, auto v) { return u != v; });
  }
}

// The nearest value of an integer that cannot hold the number, for which C++ has no conversion or wraps.
template <class From, class To>
To converted(From x) {
  if constexpr (std::is_integral_v<To>) {
    constexpr To kLeast = std::numeric_limits<To>::min(), kMost = std::numeric_limits<To>::max();
    if constexpr (std::is_floating_point_v<From>) {
      if (std::isnan(x)) return 0;
      if (x <= static_cast<From>(kLeast)) return kLeast;
      if (x >= static_cast<From>(kMost)) return kMost;
    } else {
      if (std::cmp_less(x, kLeast)) return kLeast;
      if (std::cmp_greater(x, kMost)) return kMost;
    }
  }
  return static_cast<To>(x);
}

template <class T, class Test>
void test_each(Test test, const T* a, const T* b, uint8_t* y, const Broadcast& layout) {
  for_each_row(layout, kGrain,
               [=](int64_t at_a, int64_t at_b, int64_t at_y, int64_t n, int64_t sa, int64_t sb) {
                 for (int64_t i = 0; i < n; ++i) {
                   y[at_y + i] = static_cast<uint8_t>(test(a[at_a + i * sa], b[at_b + i * sb]));
                 }
               });
}

}  // namespace

template <class T>
void compare(Compare op, const T* a, const T* b, uint8_t* y, const Broadcast& layout) {
  with_test(op, [&](auto test) { test_each(test, a, b, y, layout); });
}
template void compare(Compare, const float*, const float*, uint8_t*, const Broadcast&);
template void compare(Compare, const double*, const double*, uint8_t*, const Broadcast&);
template void compare(Compare, const int64_t*, const int64_t*, uint8_t*, const Broadcast&);
template void compare(Compare, const uint8_t*, const uint8_t*, uint8_t*, const Broadcast&);

template <class T, class C>
void compare(Compare op, const T* x, C c, uint8_t* y, int64_t n) {
  with_test(op, [&](auto test) {
    parallel_for(n, kGrain, 64, [=](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) y[i] = static_cast<uint8_t>(test(static_cast<C>(x[i]), c));
    });
  });
}
template void compare(Compare, const float*, float, uint8_t*, int64_t);
template void compare(Compare, const double*, double, uint8_t*, int64_t);
template void compare(Compare, const int64_t*, long double, uint8_t*, int64_t);
template void compare(Compare, const uint8_t*, long double, uint8_t*, int64_t);

void logical(Logical op, const uint8_t* a, const uint8_t* b, uint8_t* y, const Broadcast& layout) {
  switch (op) {
    case Logical::both:
      return test_each([](uint8_t u, uint8_t v) { return u != 0 && v != 0; }, a, b, y, layout);
    case Logical::either:
      return test_each([](uint8_t u, uint8_t v) { return u != 0 || v != 0; }, a, b, y, layout);
    case Logical::one:
      return test_each([](uint8_t u, uint8_t v) { return (u != 0) != (v != 0); }, a, b, y, layout);
  }
}

template <class T>
void where(const uint8_t* mask, const T* a, const T* b, T* y, int64_t n) {
  parallel_for(n, kGrain, 64, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) y[i] = mask[i] != 0 ? a[i] : b[i];
  });
}
template void where(const uint8_t*, const float*, const float*, float*, int64_t);
template void where(const uint8_t*, const double*, const double*, double*, int64_t);

template <class T>
void fill(double value, T* y, int64_t n) {
  parallel_for(n, kGrain, 64, [=, each = converted<double, T>(value)](int64_t begin, int64_t end) {
    std::fill(y + begin, y + end, each);
  });
}
template void fill(double, float*, int64_t);
template void fill(double, double*, int64_t);
template void fill(double, int64_t*, int64_t);
template void fill(double, uint8_t*, int64_t);

template <class From, class To>
void cast(const From* x, To* y, int64_t n) {
  parallel_for(n, kGrain, 64, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) y[i] = converted<From, To>(x[i]);
  });
}
template void cast(const float*, float*, int64_t);
template void cast(const float*, double*, int64_t);
template void cast(const float*, int64_t*, int64_t);
template void cast(const float*, uint8_t*, int64_t);
template void cast(const double*, float*, int64_t);
template void cast(const double*, double*, int64_t);
template void cast(const double*, int64_t*, int64_t);
template void cast(const double*, uint8_t*, int64_t);
template void cast(const int64_t*, float*, int64_t);
template void cast(const int64_t*, double*, int64_t);
template void cast(const int64_t*, int64_t*, int64_t);
template void cast(const int64_t*, uint8_t*, int64_t);
template void cast(const int*, float*, int64_t);
template void cast(const int*, double*, int64_t);
template void cast(const int*, int64_t*, int64_t);
template void cast(const int*, uint8_t*, int64_t);
template void cast(const uint8_t*, float*, int64_t);
template void cast(const uint8_t*, double*, int64_t);
template void cast(const uint8_t*, int64_t*, int64_t);
template void cast(const uint8_t*, uint8_t*, int64_t);

template <class T>
bool all_finite(const T* x, int64_t n) {
  std::atomic<bool> finite{true};
  parallel_for(n, kGrain, 64, [&](int64_t begin, int64_t end) {
    T sum = 0;  // 0 x is 0 where x is finite and NaN where not
    for (int64_t i = begin; i < end; ++i) sum += T{0} * x[i];
    if (sum != 0) finite.store(false, std::memory_order_relaxed);
  });
  return finite.load();
}
template bool all_finite(const float*, int64_t);
template bool all_finite(const double*, int64_t);

}  // namespace gradzoo::kernels
