#include <algorithm>

#include <doctest/doctest.h>

#include "autograd/kernels/pointwise/elementwise.h"
#include "support/numbers.h"

using namespace gradzoo;
using kernels::Binary;
using kernels::Broadcast;
using kernels::Compare;
using kernels::Scalar;
using namespace gradzoo::test;

namespace {

constexpr Binary kBinaries[] = {Binary::add,     Binary::sub,     Binary::mul, Binary::div,
                                Binary::maximum, Binary::minimum, Binary::pow, Binary::atan2};

template <class T>
T naive(Binary op, T a, T b) {
  const double x = static_cast<double>(a), y = static_cast<double>(b);
  if (op == Binary::add) return a + b;
  if (op == Binary::sub) return a - b;
  if (op == Binary::mul) return a * b;
  if (op == Binary::div) return a / b;
  if (op == Binary::pow) return static_cast<T>(std::pow(x, y));
  if (op == Binary::atan2) return static_cast<T>(std::atan2(x, y));
  if (std::isnan(a) || std::isnan(b)) return kNotANumber<T>;
  return op == Binary::maximum ? std::max(a, b) : std::min(a, b);
}

/// A case of NumPy broadcasting: the output's dims, and which axes each operand has (the rest are size 1).
struct Case {
  std::vector<int64_t> dims;
  std::vector<bool> has_a, has_b;
};

const Case kCases[] = {
    {{}, {}, {}},
    {{1}, {true}, {true}},
    {{67}, {true}, {true}},
    {{67}, {true}, {false}},
    {{67}, {false}, {true}},
    {{67}, {false}, {false}},
    {{0}, {true}, {true}},
    {{13, 37}, {true, true}, {false, true}},
    {{13, 37}, {true, true}, {true, false}},
    {{13, 37}, {false, true}, {true, false}},
    {{13, 37}, {true, false}, {true, true}},
    {{3, 0, 5}, {true, true, true}, {false, true, true}},
    {{3, 4, 5}, {true, false, true}, {true, true, false}},
    {{3, 4, 5}, {false, true, false}, {true, true, true}},
    {{2, 3, 2, 3, 2, 5}, {true, false, true, false, true, true}, {true, true, false, true, true, false}},
    {{300, 333}, {true, true}, {false, true}},
    {{300, 333}, {true, true}, {true, false}},
    {{35, 7}, {false, true}, {true, true}},
    {{16, 1}, {true, true}, {false, true}},
    {{2, 20, 3}, {true, true, true}, {false, false, true}},
    {{20, 1025}, {true, true}, {false, true}},
};

struct Prepared {
  Broadcast layout;
  int64_t count = 1, count_a = 1, count_b = 1;
};

Prepared prepare(const Case& c) {
  Prepared p;
  p.layout.rank = static_cast<int>(c.dims.size());
  for (int k = p.layout.rank - 1; k >= 0; --k) {
    const auto axis = static_cast<size_t>(k);
    p.layout.dims[k] = c.dims[axis];
    p.layout.stride_a[k] = c.has_a[axis] ? p.count_a : 0;
    p.layout.stride_b[k] = c.has_b[axis] ? p.count_b : 0;
    if (c.has_a[axis]) p.count_a *= c.dims[axis];
    if (c.has_b[axis]) p.count_b *= c.dims[axis];
    p.count *= c.dims[axis];
  }
  return p;
}

/// Offset of flat output index i in an operand.
int64_t offset(const Broadcast& layout, const int64_t* strides, int64_t i) {
  int64_t at = 0;
  for (int k = layout.rank - 1; k >= 0; --k) {
    at += i % layout.dims[k] * strides[k];
    i /= layout.dims[k];
  }
  return at;
}

}  // namespace

TEST_CASE_TEMPLATE("binary operations broadcast like the naive loop", T, float, double) {
  for (const Case& c : kCases) {
    const Prepared p = prepare(c);
    const auto a = uniform_values<T>(p.count_a, 0.1, 3, 1);
    const auto b = uniform_values<T>(p.count_b, 0.1, 3, 2);
    for (const Binary op : kBinaries) {
      std::vector<T> y(static_cast<size_t>(p.count));
      kernels::binary(op, a.data(), b.data(), y.data(), p.layout);
      std::vector<T> expected(y.size());
      for (int64_t i = 0; i < p.count; ++i)
        expected[static_cast<size_t>(i)] =
            naive(op, a[static_cast<size_t>(offset(p.layout, p.layout.stride_a, i))],
                  b[static_cast<size_t>(offset(p.layout, p.layout.stride_b, i))]);
      CHECK(y == expected);
    }
  }
}

TEST_CASE_TEMPLATE("binary operations on operands of one shape equal the naive loop", T, float, double) {
  for (const int64_t n : {0, 1, 15, 67, 50'000}) {
    const auto a = uniform_values<T>(n, 0.1, 3, 1);
    const auto b = uniform_values<T>(n, 0.1, 3, 2);
    for (const Binary op : kBinaries) {
      std::vector<T> y(static_cast<size_t>(n)), expected(y.size());
      kernels::binary(op, a.data(), b.data(), y.data(), n);
      for (size_t i = 0; i < y.size(); ++i) expected[i] = naive(op, a[i], b[i]);
      CHECK(y == expected);
    }
  }
}

TEST_CASE_TEMPLATE("comparisons broadcast like the naive loop", T, float, double, int64_t, uint8_t) {
  for (const Case& c : kCases) {
    const Prepared p = prepare(c);
    const auto a = uniform_values<T>(p.count_a, 0, 4, 1);
    const auto b = uniform_values<T>(p.count_b, 0, 4, 2);
    for (const Compare op : {Compare::lt, Compare::le, Compare::gt, Compare::ge, Compare::eq, Compare::ne}) {
      std::vector<uint8_t> y(static_cast<size_t>(p.count));
      kernels::compare(op, a.data(), b.data(), y.data(), p.layout);
      for (int64_t i = 0; i < p.count; ++i) {
        const T u = a[static_cast<size_t>(offset(p.layout, p.layout.stride_a, i))];
        const T v = b[static_cast<size_t>(offset(p.layout, p.layout.stride_b, i))];
        const bool holds[] = {u<v, u <= v, u> v, u >= v, u == v, u != v};  // in the order of Compare
        CHECK(y[static_cast<size_t>(i)] == holds[static_cast<size_t>(op)]);
      }
    }
  }
}

TEST_CASE_TEMPLATE("binary operations have the same bytes at any thread count", T, float, double) {
  const Prepared p = prepare({{400, 501}, {true, true}, {false, true}});
  const auto a = uniform_values<T>(p.count_a, 0.1, 3, 1);
  const auto b = uniform_values<T>(p.count_b, 0.1, 3, 2);
  for (const Binary op : kBinaries) {
    CHECK(same_at_any_thread_count([&] {
      std::vector<T> y(static_cast<size_t>(p.count));
      kernels::binary(op, a.data(), b.data(), y.data(), p.layout);
      return y;
    }));
  }
}

TEST_CASE_TEMPLATE("maximum, minimum and clamp keep NaN, and pow follows std::pow", T, float, double) {
  const Prepared p = prepare({{8}, {true}, {true}});
  const std::vector<T> a = {1, kNotANumber<T>, kNotANumber<T>, 0, -1, 0, kInfinity<T>, -8};
  const std::vector<T> b = {kNotANumber<T>, 1, kNotANumber<T>, 0, kInfinity<T>, -1, 0, T(1) / 3};
  std::vector<T> y(8);
  for (const Binary op : {Binary::maximum, Binary::minimum}) {
    kernels::binary(op, a.data(), b.data(), y.data(), p.layout);
    for (size_t i = 0; i < 3; ++i) CHECK(std::isnan(y[i]));
    CHECK(y[3] == 0);
  }
  kernels::binary(Binary::pow, a.data(), b.data(), y.data(), p.layout);
  CHECK(y[0] == 1);  // 1 to any power
  CHECK(y[3] == 1);  // 0^0
  CHECK(y[5] == kInfinity<T>);
  CHECK(y[6] == 1);
  CHECK(std::isnan(y[7]));
  kernels::clamp(a.data(), -0.5, 0.5, y.data(), 8);
  CHECK(y[0] == T(0.5));
  CHECK(std::isnan(y[1]));
  CHECK(y[4] == T(-0.5));
  CHECK(y[6] == T(0.5));
}

TEST_CASE_TEMPLATE("operations with a number equal the naive loop at lengths 0 to 67", T, float, double) {
  struct Pair {
    Scalar op;
    Binary binary;
    double c;
  };
  const Pair pairs[] = {{Scalar::add, Binary::add, 1.5}, {Scalar::mul, Binary::mul, -0.3},
                        {Scalar::pow, Binary::pow, 1.7}, {Scalar::pow, Binary::pow, 2},
                        {Scalar::pow, Binary::pow, -1},  {Scalar::pow, Binary::pow, 0}};
  for (const Pair& pair : pairs)
    for (int64_t n = 0; n <= 67; ++n) {
      const auto x = uniform_values<T>(n, 0.1, 3, 5);
      std::vector<T> y(x.size());
      kernels::scalar(pair.op, x.data(), pair.c, y.data(), n);
      const T c = static_cast<T>(pair.c);
      for (size_t i = 0; i < x.size(); ++i)
        CHECK(ulps(y[i], static_cast<long double>(naive(pair.binary, x[i], c))) <= 1);
    }
}
