#include <type_traits>

#include <doctest/doctest.h>

#include "autograd/kernels/pointwise/elementwise.h"
#include "support/numbers.h"

using namespace gradzoo;

TEST_CASE_TEMPLATE("where picks by the mask", T, float, double) {
  for (const int64_t n : {int64_t{0}, int64_t{1}, int64_t{67}, int64_t{100000}}) {
    const auto mask = test::uniform_values<uint8_t>(n, 0, 3, 1);
    const auto a = test::uniform_values<T>(n, 0, 1, 2);
    const auto b = test::uniform_values<T>(n, 0, 1, 3);
    std::vector<T> y(a.size());
    kernels::where(mask.data(), a.data(), b.data(), y.data(), n);
    for (size_t i = 0; i < y.size(); ++i) CHECK(y[i] == (mask[i] != 0 ? a[i] : b[i]));
  }
}

TEST_CASE_TEMPLATE("a comparison with a number is one with as many of it", T, float, double, int64_t,
                   uint8_t) {
  using Number = std::conditional_t<std::is_floating_point_v<T>, T, long double>;
  using kernels::Compare;
  const int64_t n = 40001;  // past the size of one thread's block
  const auto x = test::uniform_values<T>(n, 0, 5, 1);
  const T c{2};
  const kernels::Broadcast layout{.rank = 1, .dims = {n}, .stride_a = {1}, .stride_b = {0}};
  for (const Compare op : {Compare::lt, Compare::le, Compare::gt, Compare::ge, Compare::eq, Compare::ne}) {
    std::vector<uint8_t> wanted(x.size()), got(x.size());
    kernels::compare(op, x.data(), &c, wanted.data(), layout);
    kernels::compare(op, x.data(), static_cast<Number>(c), got.data(), n);
    CHECK(got == wanted);
  }
}

TEST_CASE("masks are joined by what is not 0") {
  const std::vector<uint8_t> a = {0, 0, 3, 3}, b = {0, 5, 0, 6};
  const kernels::Broadcast layout{.rank = 1, .dims = {4}, .stride_a = {1}, .stride_b = {1}};
  std::vector<uint8_t> both(4), either(4), one(4);
  kernels::logical(kernels::Logical::both, a.data(), b.data(), both.data(), layout);
  kernels::logical(kernels::Logical::either, a.data(), b.data(), either.data(), layout);
  kernels::logical(kernels::Logical::one, a.data(), b.data(), one.data(), layout);
  CHECK(both == std::vector<uint8_t>{0, 0, 0, 1});
  CHECK(either == std::vector<uint8_t>{0, 1, 1, 1});
  CHECK(one == std::vector<uint8_t>{0, 1, 1, 0});
}

TEST_CASE("casts agree with static_cast") {
  const std::vector<double> x = {0, 1, 2.75, 200, 3.999};
  const int64_t n = 5;
  std::vector<float> f(5);
  std::vector<int64_t> i(5);
  std::vector<uint8_t> u(5);
  kernels::cast(x.data(), f.data(), n);
  kernels::cast(x.data(), i.data(), n);
  kernels::cast(x.data(), u.data(), n);
  CHECK(f == std::vector<float>{0, 1, 2.75F, 200, 3.999F});
  CHECK(i == std::vector<int64_t>{0, 1, 2, 200, 3});
  CHECK(u == std::vector<uint8_t>{0, 1, 2, 200, 3});
  std::vector<double> back(5);
  kernels::cast(u.data(), back.data(), n);
  CHECK(back == std::vector<double>{0, 1, 2, 200, 3});
}

TEST_CASE_TEMPLATE("fill writes every element", T, float, double, int64_t, uint8_t) {
  std::vector<T> y(70001, T{9});
  kernels::fill(3.0, y.data(), 70000);
  CHECK(std::vector<T>(y.begin(), y.end() - 1) == std::vector<T>(70000, T{3}));
  CHECK(y.back() == T{9});
}

TEST_CASE_TEMPLATE("all_finite sees one NaN or infinity anywhere", T, float, double) {
  std::vector<T> x = test::uniform_values<T>(70001, -1e30, 1e30);
  const auto n = static_cast<int64_t>(x.size());
  CHECK(kernels::all_finite(x.data(), n));
  CHECK(kernels::all_finite(x.data(), 0));
  for (const size_t at : {size_t{0}, size_t{35000}, x.size() - 1})
    for (const T bad : {test::kNotANumber<T>, test::kInfinity<T>, -test::kInfinity<T>}) {
      const T before = x[at];
      x[at] = bad;
      CHECK_FALSE(kernels::all_finite(x.data(), n));
      x[at] = before;
    }
}
