#include <doctest/doctest.h>

#include "autograd/kernels/gemm/factors.h"
#include "support/numbers.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

// Positive definite: off the diagonal in [-1, 1], on it around 2 n. Not symmetric.
template <class T>
std::vector<T> definite_matrices(int64_t batch, int64_t n) {
  std::vector<T> a = uniform_values<T>(batch * n * n, -1, 1, 3);
  for (int64_t i = 0; i < batch * n; ++i)
    a[static_cast<size_t>(i / n * n * n + i % n * (n + 1))] += static_cast<T>(2 * n);
  return a;
}

template <class T>
void check_factors(int64_t batch, int64_t n, double tolerance) {
  const std::vector<T> a = definite_matrices<T>(batch, n);
  std::vector<T> l(a.size());
  std::vector<int> status(static_cast<size_t>(batch), 7);
  kernels::cholesky(batch, n, a.data(), l.data(), status.data());
  for (int64_t s = 0; s < batch; ++s) {
    const T *m = a.data() + s * n * n, *f = l.data() + s * n * n;
    CHECK(status[static_cast<size_t>(s)] == 0);
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < n; ++j) {
        long double product = 0;
        for (int64_t k = 0; k < n; ++k) product += static_cast<long double>(f[i * n + k]) * f[j * n + k];
        const long double wanted = (static_cast<long double>(m[i * n + j]) + m[j * n + i]) / 2;
        CHECK(std::abs(static_cast<double>(product - wanted)) <= tolerance * static_cast<double>(n));
        if (j > i) CHECK(f[i * n + j] == 0);
      }
  }
}

}  // namespace

TEST_CASE("a factor times its transpose is the symmetric part, at every size") {
  for (const int64_t n : {0, 1, 2, 3, 8, 17, 70}) {
    check_factors<double>(3, n, 1e-14);
    check_factors<float>(3, n, 1e-5);
  }
  check_factors<double>(0, 4, 0);
}

TEST_CASE("a matrix without a factor is told by its first bad pivot, the others are factored") {
  // Definite; indefinite from row 1 on; with NaN.
  const std::vector<double> a = {4, 2, 2, 5, 1, 2, 2, 1, 1, kNotANumber<double>, 0, 1};
  std::vector<double> l(a.size());
  std::vector<int> status(3);
  kernels::cholesky(3, 2, a.data(), l.data(), status.data());
  CHECK(status == std::vector<int>{0, 2, kernels::kNotFinite});
  CHECK(std::vector<double>(l.begin(), l.begin() + 4) == std::vector<double>{2, 0, 1, 2});
}

TEST_CASE("Cholesky factors are the same bytes at any number of threads") {
  const std::vector<double> a = definite_matrices<double>(40, 60);
  CHECK(same_at_any_thread_count([&] {
    std::vector<double> l(a.size());
    std::vector<int> status(40);
    kernels::cholesky(40, 60, a.data(), l.data(), status.data());
    return l;
  }));
}
