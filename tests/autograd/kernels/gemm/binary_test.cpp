#include "autograd/kernels/gemm/binary.h"

#include <cmath>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "support/numbers.h"

using namespace gradzoo;

namespace {

template <class T>
std::vector<T> binary(int64_t n, double share, unsigned seed) {
  std::mt19937 engine(seed);
  std::bernoulli_distribution coin(share);
  std::vector<T> out(static_cast<size_t>(n));
  for (T& x : out) x = coin(engine) ? T{1} : T{0};
  return out;
}

template <class T>
std::vector<T> values(int64_t n, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<double> normal;
  std::vector<T> out(static_cast<size_t>(n));
  for (T& x : out) x = static_cast<T>(normal(engine));
  return out;
}

// Largest errors of x w and of y + x'p against sums in long double.
template <class T>
double worst_error(int64_t rows, int64_t k, int64_t cols, bool adds) {
  const auto x = binary<T>(rows * k, 0.2, 1), w = values<T>(k * cols, 2), p = values<T>(rows * cols, 3);
  std::vector<T> y(static_cast<size_t>(rows * cols)), z = values<T>(k * cols, 4);
  const std::vector<T> before = z;
  kernels::binary_product(x.data(), w.data(), y.data(), rows, k, cols);
  kernels::binary_outer_product(x.data(), p.data(), z.data(), adds, rows, k, cols);
  const auto at = [](const std::vector<T>& m, int64_t i) {
    return static_cast<long double>(m[static_cast<size_t>(i)]);
  };
  long double worst = 0;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t col = 0; col < cols; ++col) {
      long double sum = 0;
      for (int64_t i = 0; i < k; ++i) sum += at(x, row * k + i) * at(w, i * cols + col);
      worst = std::max(worst, std::abs(sum - at(y, row * cols + col)));
    }
  for (int64_t i = 0; i < k; ++i)
    for (int64_t col = 0; col < cols; ++col) {
      long double sum = adds ? at(before, i * cols + col) : 0;
      for (int64_t row = 0; row < rows; ++row) sum += at(x, row * k + i) * at(p, row * cols + col);
      worst = std::max(worst, std::abs(sum - at(z, i * cols + col)));
    }
  return static_cast<double>(worst);
}

}  // namespace

TEST_CASE("Products with few ones are those of a naive loop at all odd sizes") {
  for (const int64_t cols : {1, 3, 8, 15, 16, 17, 63, 64, 65, 127, 128, 131, 200})
    for (const int64_t k : {1, 15, 16, 37}) {
      CAPTURE(cols);
      CAPTURE(k);
      CHECK(worst_error<float>(7, k, cols, false) < 2e-5);
      CHECK(worst_error<double>(7, k, cols, true) < 1e-13);
    }
  CHECK(worst_error<float>(600, 20, 33, true) < 2e-4);  // more rows than are listed at once
}

TEST_CASE("Ones are counted where there is nothing but 0 and 1") {
  auto x = binary<float>(1001, 0.3, 5);
  int64_t ones = 0;
  for (const float v : x) ones += v == 1 ? 1 : 0;
  CHECK(kernels::count_ones(x.data(), 1001) == ones);
  for (const float wrong : {0.5F, -1.0F, NAN, 2.0F})
    for (const size_t place : {size_t{3}, size_t{1000}}) {
      auto y = x;
      y[place] = wrong;
      CHECK(kernels::count_ones(y.data(), 1001) == -1);
    }
}

TEST_CASE("Products with few ones have the same bytes at any thread count") {
  const auto x = binary<float>(90 * 70, 0.2, 1), w = values<float>(70 * 50, 2), p = values<float>(90 * 50, 3);
  CHECK(test::same_at_any_thread_count([&] {
    std::vector<float> y(90 * 50);
    kernels::binary_product(x.data(), w.data(), y.data(), 90, 70, 50);
    return y;
  }));
  CHECK(test::same_at_any_thread_count([&] {
    std::vector<float> y(70 * 50);
    kernels::binary_outer_product(x.data(), p.data(), y.data(), false, 90, 70, 50);
    return y;
  }));
}
