#include <numeric>

#include <doctest/doctest.h>

#include "autograd/kernels/gemm/factors.h"
#include "support/approx.h"
#include "support/numbers.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

template <class T>
struct Factored {
  std::vector<T> lu;
  std::vector<int> pivots, status;
  Factored(std::vector<T> a, int64_t batch, int64_t n)
      : lu(std::move(a)), pivots(static_cast<size_t>(batch * n)), status(static_cast<size_t>(batch)) {
    kernels::lu_factor(batch, n, lu.data(), pivots.data(), status.data());
  }
};

// The largest |A x - b| over |x|: with pivots a small multiple of n eps, whatever the matrix.
template <class T>
double largest_residual(int64_t n, int64_t m, const T* a, bool transpose, const T* x, const T* b) {
  double worst = 0, size = 1;
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < m; ++j) {
      long double product = 0;
      for (int64_t k = 0; k < n; ++k)
        product += static_cast<long double>(a[transpose ? k * n + i : i * n + k]) * x[k * m + j];
      worst = std::max(worst, static_cast<double>(std::abs(product - b[i * m + j])));
      size = std::max(size, std::abs(static_cast<double>(x[i * m + j])));
    }
  return worst / size;
}

template <class T>
void check_solutions(int64_t n, int64_t m, double tolerance) {
  const int64_t batch = 3;
  const std::vector<T> a = uniform_values<T>(batch * n * n, -1, 1, 5);
  const std::vector<T> b = uniform_values<T>(batch * n * m, -1, 1, 6);
  const std::vector<int64_t> which = {2, 0, 2};
  const Factored<T> factored(a, batch, n);
  for (const bool transpose : {false, true}) {
    std::vector<T> x = b;
    kernels::lu_solve(batch, n, m, factored.lu.data(), factored.pivots.data(), which.data(), transpose,
                      x.data());
    for (int64_t s = 0; s < batch; ++s) {
      const T* matrix = a.data() + which[static_cast<size_t>(s)] * n * n;
      CHECK(largest_residual(n, m, matrix, transpose, x.data() + s * n * m, b.data() + s * n * m) <=
            tolerance * static_cast<double>(n));
    }
  }
}

}  // namespace

TEST_CASE("what is solved by the factors of a matrix solves it and its transpose, at every size") {
  for (const int64_t n : {0, 1, 2, 3, 8, 17, 70})
    for (const int64_t m : {0, 1, 5}) {
      check_solutions<double>(n, m, 1e-14);
      check_solutions<float>(n, m, 1e-5);
    }
}

TEST_CASE("determinants have the sign of the row swaps and of the pivots") {
  // A cycle of three rows, a swap of two, a diagonal with two negatives.
  const Doubles a = {0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 2, 0, 3, 0, 0, 0, 0, 1, 2, 0, 0, 0, -1, 0, 0, 0, -3};
  const Factored<double> factored(a, 3, 3);
  Doubles sign(3), log_abs(3);
  kernels::lu_determinant(3, 3, factored.lu.data(), factored.pivots.data(), sign.data(), log_abs.data());
  CHECK(sign[0] == 1);
  CHECK(log_abs[0] == 0);
  CHECK(sign[1] == -1);
  CHECK(log_abs[1] == approx(std::log(6)));
  CHECK(sign[2] == 1);
  CHECK(log_abs[2] == approx(std::log(6)));
}

TEST_CASE("a pivot of 0 and a matrix that is not finite are told, the others are factored") {
  const Doubles a = {1, 2, 2, 4, 3, 1, 1, 2, kInfinity<double>, 0, 0, 1, 0, 0, 0, 0};
  const Factored<double> factored(a, 4, 2);
  CHECK(factored.status == std::vector<int>{2, 0, kernels::kNotFinite, 1});
  Doubles sign(4), log_abs(4);
  kernels::lu_determinant(4, 2, factored.lu.data(), factored.pivots.data(), sign.data(), log_abs.data());
  CHECK(sign[0] == 0);
  CHECK(log_abs[0] == -kInfinity<double>);
  CHECK(sign[1] * std::exp(log_abs[1]) == approx(5));
}

TEST_CASE("factors and solutions are the same bytes at any number of threads") {
  const int64_t batch = 40, n = 60, m = 7;
  const Doubles a = uniform_values<double>(batch * n * n, -1, 1, 8);
  const Doubles b = uniform_values<double>(batch * n * m, -1, 1, 9);
  std::vector<int64_t> which(static_cast<size_t>(batch));
  std::iota(which.begin(), which.end(), 0);
  CHECK(same_at_any_thread_count([&] {
    const Factored<double> factored(a, batch, n);
    Doubles x = b;
    kernels::lu_solve(batch, n, m, factored.lu.data(), factored.pivots.data(), which.data(), true, x.data());
    return x;
  }));
}
