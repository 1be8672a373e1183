#include "autograd/kernels/reduce/reduce.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "support/numbers.h"

using namespace gradzoo;
using kernels::Reduce;
using namespace gradzoo::test;

namespace {

struct View {
  int64_t outer, n, inner;
  int64_t count() const { return outer * n * inner; }
};

constexpr View kViews[] = {{1, 1, 1},      {1, 67, 1},    {5, 33, 1},   {7, 1, 3},      {3, 20, 5},
                           {2, 300, 17},   {1, 129, 70},  {4, 5, 1000}, {1, 100000, 1}, {3, 9000, 1},
                           {1, 20000, 10}, {100, 784, 1}, {600, 2, 1},  {9, 7, 1}};

template <class T>
std::vector<T> run(Reduce op, const std::vector<T>& x, const View& v) {
  std::vector<T> y(static_cast<size_t>(v.outer * v.inner));
  kernels::reduce(op, x.data(), y.data(), v.outer, v.n, v.inner);
  return y;
}

/// Calls check(line, elements of the line in double).
template <class T, class Check>
void for_each_line(const std::vector<T>& x, const View& v, Check check) {
  for (int64_t o = 0; o < v.outer; ++o)
    for (int64_t j = 0; j < v.inner; ++j) {
      Doubles line;
      for (int64_t i = 0; i < v.n; ++i)
        line.push_back(static_cast<double>(x[static_cast<size_t>((o * v.n + i) * v.inner + j)]));
      check(static_cast<size_t>(o * v.inner + j), line);
    }
}

}  // namespace

TEST_CASE_TEMPLATE("sums are within 1e-6 (f32) or 1e-14 (f64) of the exact sum, largest and smallest exact",
                   T, float, double) {
  const double bound = sizeof(T) == 4 ? 1e-6 : 1e-14;
  for (const View& v : kViews) {
    const auto x = uniform_values<T>(v.count(), 0, 1, 3);
    const auto sum = run(Reduce::sum, x, v);
    const auto most = run(Reduce::max, x, v);
    const auto least = run(Reduce::min, x, v);
    for_each_line(x, v, [&](size_t k, const Doubles& line) {
      long double total = 0;
      for (const double value : line) total += static_cast<long double>(value);
      const double exact = static_cast<double>(total);
      CHECK(std::fabs(static_cast<double>(sum[k]) - exact) <= bound * exact);
      CHECK(static_cast<double>(most[k]) == *std::max_element(line.begin(), line.end()));
      CHECK(static_cast<double>(least[k]) == *std::min_element(line.begin(), line.end()));
    });
  }
}

TEST_CASE("a float sum of a million values keeps 1e-6 relative accuracy") {
  const View v{1, 1000000, 1};
  const auto x = uniform_values<float>(v.count(), 0, 1, 4);
  long double exact = 0;
  for (const float value : x) exact += static_cast<long double>(value);
  CHECK(std::fabs(static_cast<double>(static_cast<long double>(run(Reduce::sum, x, v)[0]) / exact - 1)) <
        1e-6);
}

TEST_CASE_TEMPLATE("an empty sum is 0 and an empty result is nothing", T, float, double) {
  CHECK(run<T>(Reduce::sum, {}, {2, 0, 3}) == std::vector<T>(6, T{0}));
  CHECK(run<T>(Reduce::sum, {}, {0, 4, 3}).empty());
}

TEST_CASE_TEMPLATE("NaN anywhere in a line is its sum, largest and smallest; infinities are ordinary", T,
                   float, double) {
  for (const View& v : {View{1, 67, 1}, View{1, 9000, 1}, View{2, 40, 19}, View{1, 300, 2}}) {
    auto x = uniform_values<T>(v.count(), 0, 1, 5);
    for (const int64_t i : {int64_t{0}, v.n / 2, v.n - 1}) {
      const auto at = static_cast<size_t>(i * v.inner);  // line 0
      const T before = x[at];
      x[at] = kNotANumber<T>;
      for (const Reduce op : {Reduce::sum, Reduce::max, Reduce::min}) {
        const auto y = run(op, x, v);
        CHECK(std::isnan(y[0]));
        if (y.size() > 1) CHECK(std::isfinite(y[1]));
      }
      x[at] = -kInfinity<T>;
      CHECK(run(Reduce::min, x, v)[0] == -kInfinity<T>);
      CHECK(run(Reduce::sum, x, v)[0] == -kInfinity<T>);
      CHECK(std::isfinite(run(Reduce::max, x, v)[0]));
      x[at] = before;
    }
  }
}

TEST_CASE_TEMPLATE("reductions have the same bytes at any thread count", T, float, double) {
  for (const View& v :
       {View{1, 300001, 1}, View{700, 123, 1}, View{1, 3000, 70}, View{5, 20, 1001}, View{1, 40000, 3}}) {
    const auto x = uniform_values<T>(v.count(), -1, 1, 6);
    for (const Reduce op : {Reduce::sum, Reduce::max, Reduce::min}) {
      CHECK(same_at_any_thread_count([&] { return run(op, x, v); }));
    }
    CHECK(same_at_any_thread_count([&] { return Doubles{kernels::sum_squares(x.data(), v.count())}; }));
  }
}

TEST_CASE_TEMPLATE("sum_squares is exact to double rounding", T, float, double) {
  for (int64_t n = 0; n <= 68; ++n) {
    const int64_t count = n == 68 ? 100000 : n;
    const auto x = uniform_values<T>(count, -3, 3, 7);
    long double exact = 0;
    for (const T v : x) exact += static_cast<long double>(v) * static_cast<long double>(v);
    CHECK(std::fabs(kernels::sum_squares(x.data(), count) - static_cast<double>(exact)) <=
          1e-14 * static_cast<double>(exact));
  }
}
