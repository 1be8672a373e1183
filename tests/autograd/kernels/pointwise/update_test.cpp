#include <doctest/doctest.h>

#include "autograd/kernels/pointwise/elementwise.h"
#include "support/numbers.h"

using namespace gradzoo;

namespace {

/// |a - b| within `steps` roundings of values near `scale`.
template <class T>
void check_close(const std::vector<T>& a, const std::vector<double>& b, double scale, double steps) {
  REQUIRE(a.size() == b.size());
  double error = 0;
  for (size_t i = 0; i < a.size(); ++i) error = std::max(error, std::fabs(static_cast<double>(a[i]) - b[i]));
  CHECK(error <= steps * scale * static_cast<double>(std::numeric_limits<T>::epsilon()));
}

template <class T>
std::vector<double> widen(const std::vector<T>& x) {
  return {x.begin(), x.end()};
}

}  // namespace

TEST_CASE_TEMPLATE("add_to equals the naive loop", T, float, double) {
  for (int64_t n = 0; n <= 67; ++n) {
    const auto x = test::uniform_values<T>(n, -2, 2, 1);
    auto y = test::uniform_values<T>(n, -2, 2, 2);
    std::vector<double> sum = widen(y);
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<double>(x[i]);
    kernels::add_to(x.data(), y.data(), n);
    check_close(y, sum, 4, 1);
  }
}

TEST_CASE_TEMPLATE("SGD follows PyTorch's rule over three steps", T, float, double) {
  for (const double momentum : {0.0, 0.9})
    for (const bool nesterov : {false, true}) {
      for (const int64_t n : {0, 1, 5, 16, 33, 67}) {
        auto w = test::uniform_values<T>(n, -1, 1, 1);
        std::vector<T> v(w.size(), T{0});
        std::vector<double> expected = widen(w);
        std::vector<double> velocity(w.size(), 0.0);
        for (uint64_t step = 1; step <= 3; ++step) {
          const auto g = test::uniform_values<T>(n, -1, 1, 10 + step);
          kernels::sgd_update(w.data(), g.data(), v.data(), n, 0.1, momentum, 0.01, nesterov);
          for (size_t i = 0; i < w.size(); ++i) {
            const double gradient = static_cast<double>(g[i]) + 0.01 * expected[i];
            velocity[i] = momentum * velocity[i] + gradient;
            expected[i] -= 0.1 * (nesterov ? gradient + momentum * velocity[i] : velocity[i]);
          }
        }
        check_close(w, expected, 1, 8);
      }
    }
}

TEST_CASE_TEMPLATE("Adam follows Kingma and Ba, with either decay", T, float, double) {
  for (const bool decoupled : {false, true})
    for (const int64_t n : {0, 1, 5, 16, 33, 67}) {
      auto w = test::uniform_values<T>(n, -1, 1, 1);
      std::vector<T> m(w.size(), T{0}), v(w.size(), T{0});
      std::vector<double> expected = widen(w), first(w.size(), 0.0), second(w.size(), 0.0);
      for (int64_t step = 1; step <= 4; ++step) {
        const auto g = test::uniform_values<T>(n, -1, 1, 10 + static_cast<uint64_t>(step));
        kernels::adam_update(w.data(), g.data(), m.data(), v.data(), n, 0.01, 0.9, 0.999, 1e-8, 0.1,
                             decoupled, step);
        const double t = static_cast<double>(step);
        for (size_t i = 0; i < w.size(); ++i) {
          const double gradient = static_cast<double>(g[i]) + (decoupled ? 0 : 0.1 * expected[i]);
          if (decoupled) expected[i] -= 0.01 * 0.1 * expected[i];
          first[i] = 0.9 * first[i] + 0.1 * gradient;
          second[i] = 0.999 * second[i] + 0.001 * gradient * gradient;
          const double m_hat = first[i] / (1 - std::pow(0.9, t));
          const double v_hat = second[i] / (1 - std::pow(0.999, t));
          expected[i] -= 0.01 * m_hat / (std::sqrt(v_hat) + 1e-8);
        }
      }
      check_close(w, expected, 1, 8);
    }
}

TEST_CASE_TEMPLATE("updates have the same bytes at any thread count", T, float, double) {
  const int64_t n = 100003;
  const auto g = test::uniform_values<T>(n, -1, 1, 2);
  CHECK(test::same_at_any_thread_count([&] {
    auto w = test::uniform_values<T>(n, -1, 1, 1);
    std::vector<T> m(w.size(), T{0}), v(w.size(), T{0});
    kernels::adam_update(w.data(), g.data(), m.data(), v.data(), n, 0.01, 0.9, 0.999, 1e-8, 0.1, true, 1);
    kernels::sgd_update(w.data(), g.data(), v.data(), n, 0.1, 0.9, 0.01, true);
    kernels::add_to(g.data(), w.data(), n);
    return w;
  }));
}
