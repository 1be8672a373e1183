#include <doctest/doctest.h>

#include "autograd/kernels/reduce/reduce.h"
#include "support/numbers.h"

using namespace gradzoo;
using namespace gradzoo::test;

TEST_CASE_TEMPLATE("argmax is the first largest, NaN counting as largest", T, float, double) {
  const std::vector<T> x = {1, 3, 3, 2, -1, kNotANumber<T>, 9, kNotANumber<T>, 0, 0, 0, 0};  // (3, 4, 1)
  std::vector<int64_t> y(3);
  kernels::argmax(x.data(), y.data(), 3, 4, 1);
  CHECK(y == std::vector<int64_t>{1, 1, 0});
  std::vector<int64_t> columns(4);  // (1, 3, 4)
  kernels::argmax(x.data(), columns.data(), 1, 3, 4);
  CHECK(columns == std::vector<int64_t>{0, 1, 1, 1});
}

TEST_CASE_TEMPLATE("cumsum runs from either end along any axis", T, float, double) {
  const int64_t outer = 3, n = 41, inner = 7;
  const auto x = uniform_values<T>(outer * n * inner, -1, 1, 1);
  for (const bool reverse : {false, true}) {
    std::vector<T> y(x.size());
    kernels::cumsum(x.data(), y.data(), outer, n, inner, reverse);
    for (int64_t o = 0; o < outer; ++o)
      for (int64_t j = 0; j < inner; ++j) {
        double total = 0;
        for (int64_t k = 0; k < n; ++k) {
          const auto at = static_cast<size_t>((o * n + (reverse ? n - 1 - k : k)) * inner + j);
          total += static_cast<double>(x[at]);
          CHECK(ulps(y[at], static_cast<long double>(total)) <= 1);
        }
      }
  }
}

TEST_CASE("scans have the same bytes at any thread count") {
  const auto x = uniform_values<float>(300 * 401, -1, 1, 2);
  CHECK(same_at_any_thread_count([&] {
    std::vector<float> y(x.size());
    kernels::cumsum(x.data(), y.data(), 300, 401, 1, true);
    return y;
  }));
  CHECK(same_at_any_thread_count([&] {
    std::vector<int64_t> y(401);
    kernels::argmax(x.data(), y.data(), 1, 300, 401);
    return y;
  }));
}
