#include "autograd/kernels/pointwise/special.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "support/numbers.h"
#include "support/polygamma.h"

using namespace gradzoo;
using namespace gradzoo::test;
namespace special = kernels::special;

namespace {

/// Stirling's series, far enough out, for x > 0; but near 1 and 2 lgamma is 0, and the difference loses
/// digits.
long double lgamma_truth(long double x) {
  if (!(x > 0) || std::isinf(x)) return std::lgamma(x);
  long double product = 1;
  for (; x < 25; ++x) product *= x;
  const long double s = 1 / (x * x);
  const long double series =
      (1 / 12.0L - s * (1 / 360.0L - s * (1 / 1260.0L - s * (1 / 1680.0L - s / 1188)))) / x;
  const long double half_log_2pi = 0.918938533204672741780329736406L;
  return (x - 0.5L) * std::log(x) - x + half_log_2pi + series - std::log(product);
}

struct SpecialFunction {
  double (*f)(double);
  long double (*truth)(long double);
  double low, high;  // where its accuracy is measured
};

const SpecialFunction kSpecialFunctions[] = {
    {special::lgamma, lgamma_truth, 2.5, 50},
    {special::lgamma, lgamma_truth, 1e-3, 0.9},
    {special::digamma, digamma_truth, 2, 50},
};

template <class T>
std::vector<T> apply(double (*f)(double), const std::vector<T>& x) {
  std::vector<T> y(x.size());
  special::each(f, x.data(), y.data(), static_cast<int64_t>(x.size()));
  return y;
}

}  // namespace

TEST_CASE_TEMPLATE("lgamma and digamma are within an ulp, whatever the length", T, float, double) {
  for (const SpecialFunction& f : kSpecialFunctions)
    for (const int64_t n : {0, 1, 63, 64, 65, 127, 129, 20000}) {
      const std::vector<T> x = uniform_values<T>(n, f.low, f.high, 7), y = apply(f.f, x);
      for (size_t i = 0; i < x.size(); ++i) CHECK(ulps(y[i], f.truth(static_cast<long double>(x[i]))) <= 1);
    }
}

TEST_CASE_TEMPLATE("special functions have the same bytes at any thread count", T, float, double) {
  for (const SpecialFunction& f : kSpecialFunctions) {
    const std::vector<T> x = uniform_values<T>(10001, f.low, f.high, 10);
    CHECK(same_at_any_thread_count([&] { return apply(f.f, x); }));
  }
}

TEST_CASE_TEMPLATE("lgamma is true at the extremes", T, float, double) {
  using Limits = std::numeric_limits<T>;
  const std::vector<T> x = {
      kInfinity<T>,  -kInfinity<T>, kNotANumber<T>, T{0},    -T{0},    Limits::denorm_min(),
      Limits::min(), T{-1},         T{-2},          T{1000}, T{-1000}, Limits::max(),
      T(1e-20),      T(-1e-20)};
  const std::vector<T> y = apply(special::lgamma, x);
  for (size_t i = 0; i < x.size(); ++i) {
    CAPTURE(x[i]);
    CHECK(ulps(y[i], lgamma_truth(static_cast<long double>(x[i]))) <= 3);
  }
}

TEST_CASE("polygamma is its series, and has PyTorch's values at the poles") {
  for (int m = 0; m <= 4; ++m) {
    for (const double x : {0.1, 0.7, 1.0, 2.5, 30.0, -0.5, -3.3}) {
      const long double truth = m == 0 ? digamma_truth(x) : polygamma_truth(m, x);
      CHECK(std::fabs(special::polygamma(m, x) - static_cast<double>(truth)) <=
            1e-13 * std::fabs(static_cast<double>(truth)));
    }
    CHECK(std::isnan(special::polygamma(m, kNotANumber<double>)));
  }
  CHECK(special::polygamma(0, 0.0) == -kInfinity<double>);
  CHECK(std::isnan(special::polygamma(0, -1.0)));
  CHECK(special::polygamma(0, kInfinity<double>) == kInfinity<double>);
  CHECK(special::polygamma(1, 0.0) == kInfinity<double>);
  CHECK(special::polygamma(1, -2.0) == kInfinity<double>);
  CHECK(special::polygamma(2, 0.0) == -kInfinity<double>);
  CHECK(special::polygamma(1, kInfinity<double>) == 0);
  CHECK(special::polygamma(3, 1e-300) == kInfinity<double>);
  CHECK(special::polygamma(2, 1e-300) ==
        -kInfinity<double>);  // beyond the largest double, on both sides of a pole
  CHECK(special::polygamma(30, -1 - 1e-15) == kInfinity<double>);
  CHECK(special::polygamma(30, -1 + 1e-15) == -kInfinity<double>);
  CHECK(special::polygamma(172, -0.7) == -kInfinity<double>);
}
