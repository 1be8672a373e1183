#include "autograd/kernels/pointwise/softplus_rise.h"

#include <cmath>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "support/numbers.h"

using namespace gradzoo;

namespace {

long double softplus(long double z) { return std::max(z, 0.0L) + std::log1p(std::exp(-std::abs(z))); }

template <class T>
std::vector<T> normals(size_t n, double width, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<double> normal(0, width);
  std::vector<T> out(n);
  for (T& x : out) x = static_cast<T>(normal(engine));
  return out;
}

struct Ends {
  double from, to;
};

// Largest error of a row, over the sum of the sizes of its terms; from 0 to 1 over at least 1.
template <class T>
double worst_error(double from, double to, double width, int64_t cols) {
  constexpr int64_t kRows = 6;
  const auto x = normals<T>(static_cast<size_t>(kRows * cols), width, 1);
  const auto bias = normals<T>(static_cast<size_t>(cols), 1, 2);
  std::vector<double> y(kRows);
  kernels::softplus_rise(from, to, x.data(), bias.data(), y.data(), kRows, cols);
  double worst = 0;
  for (int64_t row = 0; row < kRows; ++row) {
    long double sum = 0, sizes = to - from == 1 ? 1.0L : 1e-30L;
    for (int64_t j = 0; j < cols; ++j) {
      const T rounded = x[static_cast<size_t>(row * cols + j)] + bias[static_cast<size_t>(j)];
      const auto z = static_cast<long double>(rounded);
      const long double term = softplus(to * z) - softplus(from * z);
      sum += term;
      sizes += std::abs(term);
    }
    const long double error = std::abs(static_cast<long double>(y[static_cast<size_t>(row)]) - sum);
    worst = std::max(worst, static_cast<double>(error / sizes));
  }
  return worst;
}

}  // namespace

TEST_CASE("Rises of softplus are right to the last places, however small or large") {
  for (const int64_t cols : {1, 3, 15, 16, 17, 64, 500}) {
    CAPTURE(cols);
    for (const double width : {0.1, 3.0, 60.0}) {
      CAPTURE(width);
      for (const Ends& ends : {Ends{0, 1}, {0.5, 0.5001}, {0.9, 0.1}, {0.3, 0.3}, {1, 0.999}}) {
        CAPTURE(ends.from);
        CAPTURE(ends.to);
        CHECK(worst_error<float>(ends.from, ends.to, width, cols) < 2e-5);
        CHECK(worst_error<double>(ends.from, ends.to, width, cols) < 1e-11);
      }
    }
  }
}

TEST_CASE("Rises of softplus are added to what is there") {
  const float x[] = {1, 2}, bias[] = {0, 0};
  double once[] = {0}, more[] = {3};
  kernels::softplus_rise(0.2, 0.4, x, bias, once, 1, 2);
  kernels::softplus_rise(0.2, 0.4, x, bias, more, 1, 2);
  CHECK(more[0] == 3 + once[0]);
}

TEST_CASE("Rises of softplus have the same bytes at any thread count") {
  const auto x = normals<float>(97 * 130, 4, 3), bias = normals<float>(130, 1, 4);
  CHECK(test::same_at_any_thread_count([&] {
    std::vector<double> y(97);
    kernels::softplus_rise(0.25, 0.26, x.data(), bias.data(), y.data(), 97, 130);
    return y;
  }));
}
