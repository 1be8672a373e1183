#include <doctest/doctest.h>

#include "autograd/kernels/pointwise/elementwise.h"
#include "support/numbers.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

/// softplus(l) - l t, without its cancellation at large l.
long double bce(long double l, long double t) {
  return std::log1p(std::exp(-std::fabs(l))) + (l > 0 ? l * (1 - t) : -l * t);
}

template <class T>
std::vector<T> loss(const std::vector<T>& l, const std::vector<T>& t) {
  std::vector<T> y(l.size());
  kernels::bce_with_logits(l.data(), t.data(), y.data(), static_cast<int64_t>(l.size()));
  return y;
}

template <class T>
std::vector<T> gradient(const std::vector<T>& g, const std::vector<T>& l, const std::vector<T>& t) {
  std::vector<T> y(l.size());
  kernels::bce_with_logits_grad(g.data(), l.data(), t.data(), y.data(), static_cast<int64_t>(l.size()));
  return y;
}

}  // namespace

TEST_CASE_TEMPLATE("binary cross-entropy and its gradient are the formula's", T, float, double) {
  const double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
  for (int64_t n = 0; n <= 68; ++n) {
    const int64_t count = n == 68 ? 100000 : n;
    const auto l = uniform_values<T>(count, -20, 20, 1);
    const auto t = uniform_values<T>(count, 0, 1, 2);
    const auto g = uniform_values<T>(count, -2, 2, 3);
    const auto y = loss(l, t);
    const auto dy = gradient(g, l, t);
    double error = 0;
    double slope_error = 0;
    for (size_t i = 0; i < l.size(); ++i) {
      const long double slope =
          static_cast<long double>(g[i]) *
          (1 / (1 + std::exp(-static_cast<long double>(l[i]))) - static_cast<long double>(t[i]));
      error = std::max(error, ulps(y[i], bce(l[i], t[i])));
      slope_error =
          std::max(slope_error, std::fabs(static_cast<double>(static_cast<long double>(dy[i]) - slope)));
    }
    CHECK(error <= 2.5);
    CHECK(slope_error <= 6 * eps);
  }
}

TEST_CASE_TEMPLATE("binary cross-entropy is true at +-1000 and +-infinity for targets 0 and 1", T, float,
                   double) {
  const std::vector<T> l = {1000,         1000,         -1000,         -1000,
                            kInfinity<T>, kInfinity<T>, -kInfinity<T>, -kInfinity<T>};
  const std::vector<T> t = {0, 1, 0, 1, 0, 1, 0, 1};
  CHECK(loss(l, t) == std::vector<T>{1000, 0, 0, 1000, kInfinity<T>, 0, 0, kInfinity<T>});
  CHECK(gradient(std::vector<T>(8, T{1}), l, t) == std::vector<T>{1, 0, 0, -1, 1, 0, 0, -1});
  CHECK(std::isnan(loss<T>({kNotANumber<T>}, {1})[0]));
}

TEST_CASE_TEMPLATE("the loss kernels have the same bytes at any thread count", T, float, double) {
  const auto l = uniform_values<T>(100001, -20, 20, 1);
  const auto t = uniform_values<T>(100001, 0, 1, 2);
  CHECK(same_at_any_thread_count([&] { return loss(l, t); }));
  CHECK(same_at_any_thread_count([&] { return gradient(l, l, t); }));
}
