#include <doctest/doctest.h>

#include "autograd/kernels/pointwise/elementwise.h"
#include "gradzoo/base/error.h"
#include "support/activation_oracle.h"
#include "support/numbers.h"

using namespace gradzoo;
using kernels::Activation;
using namespace gradzoo::test;

namespace {

constexpr Activation kAll[] = {
    Activation::sigmoid,    Activation::tanh, Activation::softplus, Activation::log_sigmoid, Activation::relu,
    Activation::leaky_relu, Activation::elu,  Activation::silu,     Activation::gelu,        Activation::erf};
constexpr double kAlpha = 0.3;

template <class T>
std::vector<T> apply(Activation f, int n, const std::vector<T>& x) {
  std::vector<T> y(x.size());
  kernels::activation(f, n, kAlpha, x.data(), y.data(), static_cast<int64_t>(x.size()));
  return y;
}

template <class T>
T at(Activation f, int n, T x) {
  return apply(f, n, std::vector<T>{x})[0];
}

template <class T>
std::vector<T> truth(Activation f, int n, const std::vector<T>& x) {
  const long double alpha = static_cast<T>(kAlpha);
  std::vector<T> y(x.size());
  for (size_t i = 0; i < x.size(); ++i) y[i] = static_cast<T>(activation_truth(f, n, alpha, x[i]));
  return y;
}

template <class T>
double largest(const std::vector<T>& x) {
  double most = 0;
  for (const T v : x) most = std::max(most, std::fabs(static_cast<double>(v)));
  return most;
}

}  // namespace

TEST_CASE_TEMPLATE("every activation has its true derivatives of order 0 to 12", T, float, double) {
  const double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
  const std::vector<T> x = uniform_values<T>(2000, -12, 12, 3);
  for (const Activation f : kAll) {
    for (int n = 0; n <= kernels::kMaxActivationOrder; ++n) {
      const std::vector<T> y = apply(f, n, x);
      const std::vector<T> expected = truth(f, n, x);
      const double scale = largest(expected);  // errors are relative to the derivative's largest value
      double error = 0;
      for (size_t i = 0; i < x.size(); ++i)
        error = std::max(error, std::fabs(static_cast<double>(y[i]) - static_cast<double>(expected[i])));
      CAPTURE(static_cast<int>(f));
      CAPTURE(n);
      CHECK(error <= (n <= 2 ? 4 : 4 + 4 * n) * eps * scale);
    }
  }
}

TEST_CASE_TEMPLATE("values and slopes without a zero crossing are within ulps everywhere", T, float, double) {
  struct Bound {
    Activation f;
    int n;
    double ulps;
  };
  const Bound bounds[] = {
      {Activation::sigmoid, 0, 2},  {Activation::sigmoid, 1, 5},     {Activation::tanh, 0, 2},
      {Activation::tanh, 1, 5},     {Activation::softplus, 0, 2},    {Activation::softplus, 1, 3},
      {Activation::softplus, 2, 5}, {Activation::log_sigmoid, 0, 2}, {Activation::log_sigmoid, 1, 3},
      {Activation::elu, 0, 2},      {Activation::silu, 0, 2},        {Activation::gelu, 0, 2},
      {Activation::erf, 0, 1.5},    {Activation::erf, 1, 3}};
  const std::vector<T> x = uniform_values<T>(20000, -8, 8, 4);
  for (const Bound& b : bounds) {
    const std::vector<T> y = apply(b.f, b.n, x);
    double error = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const long double alpha = static_cast<T>(kAlpha);
      error = std::max(error, ulps(y[i], activation_truth(b.f, b.n, alpha, x[i])));
    }
    CAPTURE(static_cast<int>(b.f));
    CAPTURE(b.n);
    CHECK(error <= b.ulps);
  }
}

TEST_CASE_TEMPLATE("at +-1000 and +-infinity activations take their limits, never NaN", T, float, double) {
  for (const T far : {T(1000), kInfinity<T>}) {
    CHECK(at(Activation::sigmoid, 0, far) == 1);
    CHECK(at(Activation::sigmoid, 0, -far) == 0);
    CHECK(at(Activation::softplus, 0, far) == far);
    CHECK(at(Activation::softplus, 0, -far) == 0);
    CHECK(at(Activation::log_sigmoid, 0, far) == 0);
    CHECK(at(Activation::log_sigmoid, 0, -far) == -far);
    CHECK(at(Activation::tanh, 0, -far) == -1);
    CHECK(at(Activation::relu, 0, -far) == 0);
    CHECK(at(Activation::elu, 0, -far) == T(-kAlpha));
    CHECK(at(Activation::leaky_relu, 0, -far) == T(kAlpha) * -far);
    CHECK(at(Activation::erf, 0, -far) == -1);
    for (const Activation f : {Activation::silu, Activation::gelu}) {
      CHECK(at(f, 0, far) == far);
      CHECK(at(f, 0, -far) == 0);
      CHECK(at(f, 1, far) == 1);
    }
    for (const Activation f : kAll)
      for (int n = 1; n <= kernels::kMaxActivationOrder; ++n) {
        const bool sloped = n == 1 && (f == Activation::log_sigmoid || f == Activation::leaky_relu);
        CAPTURE(static_cast<int>(f));
        CAPTURE(n);
        if (!sloped) CHECK(at(f, n, -far) == 0);
        if (n > 1) CHECK(at(f, n, far) == 0);
      }
  }
}

TEST_CASE_TEMPLATE("NaN stays NaN and kinks follow PyTorch", T, float, double) {
  for (const Activation f : kAll) {
    CHECK(std::isnan(at(f, 0, kNotANumber<T>)));
    CHECK(std::isnan(at(f, 1, kNotANumber<T>)));
  }
  CHECK(at(Activation::relu, 1, T(0)) == 0);
  CHECK(at(Activation::leaky_relu, 1, T(0)) == T(kAlpha));
  CHECK(at(Activation::elu, 1, T(0)) == T(kAlpha));
}

TEST_CASE_TEMPLATE("mul_activation is g times the derivative, in place too", T, float, double) {
  for (const int64_t n : {0, 1, 7, 16, 33, 67, 5000}) {
    const auto x = uniform_values<T>(n, -6, 6, 5);
    const auto g = uniform_values<T>(n, -2, 2, 6);
    for (const Activation f : kAll)
      for (int order = 0; order <= 4; ++order) {
        std::vector<T> expected = apply(f, order, x);
        for (size_t i = 0; i < x.size(); ++i) expected[i] *= g[i];
        std::vector<T> y = g;
        kernels::mul_activation(f, order, kAlpha, y.data(), x.data(), y.data(), n);
        CHECK(y == expected);
      }
  }
}

TEST_CASE_TEMPLATE("an activation does not depend on position, length or thread count", T, float, double) {
  const auto x = uniform_values<T>(50001, -6, 6, 7);
  for (const Activation f : kAll)
    for (const int n : {0, 1, 2, 5}) {
      const std::vector<T> whole = apply(f, n, x);
      for (const size_t from : {size_t{1}, size_t{3}, size_t{49990}}) {
        const auto begin = static_cast<std::ptrdiff_t>(from);
        const std::vector<T> rest(x.begin() + begin, x.end());
        CHECK(same_bytes(apply(f, n, rest), std::vector<T>(whole.begin() + begin, whole.end())));
      }
      CHECK(same_at_any_thread_count([&] { return apply(f, n, x); }));
    }
}

TEST_CASE("an order beyond the family is an error") {
  double y = 0;
  CHECK_THROWS_AS(kernels::activation(Activation::tanh, 13, 0, &y, &y, 1), Error);
  CHECK_THROWS_AS(kernels::activation(Activation::tanh, -1, 0, &y, &y, 1), Error);
}
