#include <doctest/doctest.h>

#include "autograd/kernels/pointwise/elementwise.h"
#include "support/numbers.h"

using namespace gradzoo;
using kernels::Unary;
using namespace gradzoo::test;

namespace {

struct Function {
  Unary kind;
  const char* name;
  long double (*truth)(long double);
  double low, high;  // where its accuracy is measured
  double bound;      // ulps
};

long double rsqrt(long double x) { return 1 / std::sqrt(x); }
long double reciprocal(long double x) { return 1 / x; }
long double expm1x_truth(long double x) {
  if (std::fabs(x) > 1) return std::isinf(x) ? std::fabs(x) : std::expm1(x) - x;
  long double sum = 0, term = x;
  for (int k = 2; k < 40; ++k) sum += term *= x / k;
  return sum;
}
long double square(long double x) { return x * x; }
long double negative(long double x) { return -x; }
long double sign_of(long double x) { return x > 0 ? 1 : (x < 0 ? -1 : x); }

const Function kFunctions[] = {
    {Unary::neg, "neg", negative, -5, 5, 0.5},
    {Unary::abs, "abs", std::fabs, -5, 5, 0.5},
    {Unary::exp, "exp", std::exp, -80, 80, 1.5},
    {Unary::expm1, "expm1", std::expm1, -20, 20, 2},
    {Unary::expm1, "expm1 near 0", std::expm1, -1e-3, 1e-3, 2},
    {Unary::expm1x, "expm1x", expm1x_truth, -20, 20, 3},
    {Unary::expm1x, "expm1x near 0", expm1x_truth, -1e-3, 1e-3, 3},
    {Unary::expm1x, "expm1x where the series ends", expm1x_truth, 0.9, 1.1, 4},
    {Unary::expm1x, "expm1x where the series begins", expm1x_truth, -1.1, -0.9, 4},
    {Unary::log, "log", std::log, 1e-6, 10, 1.5},
    {Unary::log1p, "log1p", std::log1p, -0.9999, 10, 2},
    {Unary::log1p, "log1p near 0", std::log1p, -1e-3, 1e-3, 2},
    {Unary::sqrt, "sqrt", std::sqrt, 0, 1e6, 0.51},
    {Unary::rsqrt, "rsqrt", rsqrt, 1e-3, 1e6, 1.5},
    {Unary::reciprocal, "reciprocal", reciprocal, -10, 10, 0.51},
    {Unary::square, "square", square, -10, 10, 0.51},
    {Unary::sin, "sin", std::sin, -100, 100, 1},
    {Unary::cos, "cos", std::cos, -100, 100, 1},
    {Unary::sin, "sin far out", std::sin, -1.6e6, 1.6e6, 1},
    {Unary::cos, "cos far out", std::cos, -1.6e6, 1.6e6, 1},
    {Unary::sin, "sin beyond the vector's reach", std::sin, 1.6e6, 1e9, 1},
    {Unary::sign, "sign", sign_of, -1, 1, 0},
    {Unary::floor, "floor", std::floor, -9, 9, 0},
};

template <class T>
std::vector<T> apply(Unary f, const std::vector<T>& x) {
  std::vector<T> y(x.size());
  kernels::unary(f, x.data(), y.data(), static_cast<int64_t>(x.size()));
  return y;
}

template <class T>
double largest_error(const Function& f, const std::vector<T>& x) {
  const std::vector<T> y = apply(f.kind, x);
  double largest = 0;
  for (size_t i = 0; i < x.size(); ++i)
    largest = std::max(largest, ulps(y[i], f.truth(static_cast<long double>(x[i]))));
  return largest;
}

}  // namespace

TEST_CASE_TEMPLATE("unary functions are within their ulps at lengths 0 to 67 and 1e5", T, float, double) {
  for (const Function& f : kFunctions) {
    CAPTURE(f.name);
    for (int64_t n = 0; n <= 67; ++n)
      CHECK(largest_error(f, uniform_values<T>(n, f.low, f.high, 7)) <= f.bound);
    CHECK(largest_error(f, uniform_values<T>(100000, f.low, f.high, 8)) <= f.bound);
  }
}

TEST_CASE_TEMPLATE("a value does not depend on its position or on the length", T, float, double) {
  for (const Function& f : kFunctions) {
    CAPTURE(f.name);
    const std::vector<T> x = uniform_values<T>(67, f.low, f.high, 9);
    const std::vector<T> whole = apply(f.kind, x);
    for (size_t from = 0; from < x.size(); ++from) {
      const std::vector<T> rest(x.begin() + static_cast<std::ptrdiff_t>(from), x.end());
      const std::vector<T> expected(whole.begin() + static_cast<std::ptrdiff_t>(from), whole.end());
      CHECK(same_bytes(apply(f.kind, rest), expected));
    }
  }
}

TEST_CASE_TEMPLATE("a value does not depend on its neighbours", T, float, double) {
  const std::vector<T> x = uniform_values<T>(1000, 0.1, 30, 11);
  for (const Function& f : kFunctions) {
    CAPTURE(f.name);
    const std::vector<T> alone = apply(f.kind, x);
    for (const T neighbour :
         {T(1e7), std::numeric_limits<T>::infinity(), std::numeric_limits<T>::quiet_NaN()}) {
      std::vector<T> beside = x;
      for (size_t i = 1; i < x.size(); i += 2) beside[i] = neighbour;
      const std::vector<T> y = apply<T>(f.kind, beside);
      for (size_t i = 0; i < x.size(); i += 2) CHECK(y[i] == alone[i]);
    }
  }
}

TEST_CASE_TEMPLATE("unary functions have the same bytes at any thread count", T, float, double) {
  for (const Function& f : kFunctions) {
    const std::vector<T> x = uniform_values<T>(100001, f.low, f.high, 10);
    CHECK(same_at_any_thread_count([&] { return apply(f.kind, x); }));
  }
}

TEST_CASE_TEMPLATE("unary functions are true at the extremes", T, float, double) {
  using Limits = std::numeric_limits<T>;
  const std::vector<T> x = {
      kInfinity<T>,  -kInfinity<T>,  kNotANumber<T>, T{0},           -T{0},    Limits::denorm_min(),
      Limits::min(), -Limits::min(), T{-1},          T{-2},          T{1000},  T{-1000},
      T{100},        T{-100},        Limits::max(),  -Limits::max(), T(1e-20), T(-1e-20),
      T(88.8),       T(-103.5),      T(709.9),       T(-745)};
  for (const Function& f : kFunctions) {
    const std::vector<T> y = apply(f.kind, x);
    for (size_t i = 0; i < x.size(); ++i) {
      CAPTURE(f.name);
      CAPTURE(x[i]);
      CAPTURE(y[i]);
      CHECK(ulps(y[i], f.truth(static_cast<long double>(x[i]))) <= 3);
    }
  }
}
