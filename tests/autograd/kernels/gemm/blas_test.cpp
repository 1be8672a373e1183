#include "autograd/kernels/gemm/blas.h"

#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "autograd/kernels/gemm/factors.h"
#include "gradzoo/base/error.h"
#include "support/approx.h"

// What OpenBLAS and our own code in its place both have to answer, by integers, whose sums are exact.
namespace gradzoo::kernels {
namespace {

template <class T>
std::vector<T> integers(int count, int modulus) {
  std::vector<T> out;
  for (int i = 0; i < count; ++i) out.push_back(static_cast<T>((i * i + 3 * i + 1) % modulus - modulus / 2));
  return out;
}

template <class T>
void check_gemv() {
  constexpr int kRows = 5, kColumns = 7, kStride = 9, kMost = 4 * kColumns;
  const std::vector<T> a = integers<T>(kRows * kStride, 11), x = integers<T>(kMost, 7),
                       y = integers<T>(kMost, 5);
  for (const bool transpose : {false, true})
    for (const int incx : {1, 3})
      for (const int incy : {1, 4}) {
        std::vector<T> found = y, expected = y;
        const int from = transpose ? kRows : kColumns, to = transpose ? kColumns : kRows;
        for (int i = 0; i < to; ++i)
          for (int j = 0; j < from; ++j)
            expected[static_cast<size_t>(i * incy)] +=
                a[static_cast<size_t>(transpose ? j * kStride + i : i * kStride + j)] *
                x[static_cast<size_t>(j * incx)];
        blas_gemv(transpose, kRows, kColumns, a.data(), kStride, x.data(), incx, found.data(), incy);
        CAPTURE(transpose);
        CAPTURE(incx);
        CAPTURE(incy);
        CHECK(found == expected);
      }
}

TEST_CASE("a matrix times a vector, whose numbers lie apart") {
  prepare_blas();
  check_gemv<float>();
  check_gemv<double>();
}

TEST_CASE("eigenvalues rise, and each row is a vector of its own length 1") {
  constexpr int64_t n = 12;
  std::vector<double> a(n * n), values(n);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j)
      a[static_cast<size_t>(i * n + j)] = std::cos(static_cast<double>(i * j + 3 * (i + j)));
  const std::vector<double> before = a;
  symmetric_eigen(n, a.data(), values.data());
  double trace = 0, sum = 0;
  for (int64_t k = 0; k < n; ++k) {
    const auto value = values[static_cast<size_t>(k)];
    if (k > 0) CHECK(values[static_cast<size_t>(k - 1)] <= value);
    trace += before[static_cast<size_t>(k * (n + 1))];
    sum += value;
    const double* const vector = a.data() + k * n;
    for (int64_t other = 0; other <= k; ++other) {
      double dot = 0;
      for (int64_t i = 0; i < n; ++i) dot += vector[i] * a[static_cast<size_t>(other * n + i)];
      CHECK(std::abs(dot - (other == k ? 1 : 0)) < 1e-13);
    }
    for (int64_t i = 0; i < n; ++i) {
      double product = 0;
      for (int64_t j = 0; j < n; ++j) product += before[static_cast<size_t>(i * n + j)] * vector[j];
      CHECK(std::abs(product - value * vector[i]) < 1e-13);
    }
  }
  CHECK(sum == approx(trace));
  a[5] = a[5 * n] = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(symmetric_eigen(n, a.data(), values.data()), Error);
}

}  // namespace
}  // namespace gradzoo::kernels
