#include <doctest/doctest.h>

#include "autograd/kernels/gemm/factors.h"
#include "support/numbers.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

// A well-conditioned triangle, and NaN in the half that is not to be read.
template <class T>
std::vector<T> triangles(int64_t batch, int64_t n, bool upper) {
  std::vector<T> t = uniform_values<T>(batch * n * n, -1, 1, 11);
  for (size_t e = 0; e < t.size(); ++e) {
    const int64_t i = static_cast<int64_t>(e) / n % n, j = static_cast<int64_t>(e) % n;
    if (i == j) t[e] += static_cast<T>(n + 1);
    if (upper ? j < i : j > i) t[e] = kNotANumber<T>;
  }
  return t;
}

// The largest error of T x against b, row by row.
template <class T>
double product_error(int64_t n, int64_t m, const T* t, bool upper, bool transpose, const T* x, const T* b) {
  double worst = 0;
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < m; ++j) {
      long double sum = 0;
      for (int64_t k = 0; k < n; ++k) {
        const int64_t row = transpose ? k : i, column = transpose ? i : k;
        if (upper ? column >= row : column <= row)
          sum += static_cast<long double>(t[row * n + column]) * x[k * m + j];
      }
      worst = std::max(worst, static_cast<double>(std::abs(sum - b[i * m + j])));
    }
  return worst;
}

template <class T>
void check_triangles(int64_t n, int64_t m, double tolerance) {
  const std::vector<T> b = uniform_values<T>(3 * n * m, -1, 1, 12);
  const std::vector<int64_t> which = {1, 1, 0};
  for (const bool upper : {false, true}) {
    const std::vector<T> t = triangles<T>(2, n, upper);
    for (const bool transpose : {false, true}) {
      std::vector<T> x = b;
      kernels::triangular_solve(3, n, m, upper, transpose, t.data(), which.data(), x.data());
      for (int64_t s = 0; s < 3; ++s)
        CHECK(product_error(n, m, t.data() + which[static_cast<size_t>(s)] * n * n, upper, transpose,
                            x.data() + s * n * m, b.data() + s * n * m) <= tolerance);
    }
  }
}

}  // namespace

TEST_CASE("either triangle, transposed or not, times its solution is b; the other half is not read") {
  for (const int64_t n : {0, 1, 2, 3, 8, 17, 70})
    for (const int64_t m : {0, 1, 5}) {
      check_triangles<double>(n, m, 1e-14);
      check_triangles<float>(n, m, 1e-5);
    }
}

TEST_CASE("triangular solutions are the same bytes at any number of threads") {
  const int64_t batch = 40, n = 60, m = 9;
  const Doubles t = triangles<double>(1, n, false), b = uniform_values<double>(batch * n * m, -1, 1);
  const std::vector<int64_t> which(static_cast<size_t>(batch), 0);
  CHECK(same_at_any_thread_count([&] {
    Doubles x = b;
    kernels::triangular_solve(batch, n, m, false, false, t.data(), which.data(), x.data());
    return x;
  }));
}
