#include "autograd/kernels/pointwise/leapfrog.h"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "support/numbers.h"

namespace gradzoo {
namespace {

template <class T>
std::vector<T> numbers(int64_t n, double phase) {
  std::vector<T> out(static_cast<size_t>(n));
  for (size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<T>(2 * std::sin(1 + phase + 12.9898 * static_cast<double>(i)));
  return out;
}

template <class T>
void check_moves(int64_t rows, int64_t cols) {
  const std::vector<T> g = numbers<T>(rows * cols, 1), m = numbers<T>(cols, 2);
  std::vector<T> p = numbers<T>(rows * cols, 3), x = numbers<T>(rows * cols, 4);
  const std::vector<T> p0 = p, x0 = x;
  kernels::kick_and_drift(0.3, 0.7, g.data(), m.data(), p.data(), x.data(), rows, cols);
  std::vector<T> energy(static_cast<size_t>(rows));
  kernels::kinetic_energy(0.3, g.data(), m.data(), p0.data(), energy.data(), rows, cols);
  double worst = 0;
  for (int64_t r = 0; r < rows; ++r) {
    long double wanted = 0;
    for (int64_t c = 0; c < cols; ++c) {
      const auto i = static_cast<size_t>(r * cols + c), column = static_cast<size_t>(c);
      const long double momentum = p0[i] + 0.3L * m[column] * g[i];
      const long double place = x0[i] + 0.7L * m[column] * momentum;
      worst = std::max(worst, static_cast<double>(std::abs(p[i] - momentum)));
      worst = std::max(worst, static_cast<double>(std::abs(x[i] - place)));
      wanted += 0.5L * momentum * momentum;
    }
    const auto lost = static_cast<double>(std::abs(energy[static_cast<size_t>(r)] - wanted));
    worst = std::max(worst, lost / static_cast<double>(cols + 1));
  }
  CHECK(worst < (sizeof(T) == 4 ? 2e-6 : 4e-15));
}

TEST_CASE("a kick and a drift, and the kinetic energy, are the loops written out, at odd sizes") {
  for (const int64_t rows : {0, 1, 15, 16, 17, 40})
    for (const int64_t cols : {1, 2, 7, 16, 33, 100}) {
      check_moves<float>(rows, cols);
      check_moves<double>(rows, cols);
    }
}

TEST_CASE("the bytes do not depend on how many threads there are") {
  constexpr int64_t kRows = 3001, kCols = 13;
  const std::vector<float> g = numbers<float>(kRows * kCols, 1), m = numbers<float>(kCols, 2);
  CHECK(test::same_at_any_thread_count([&] {
    std::vector<float> p = numbers<float>(kRows * kCols, 3), x = numbers<float>(kRows * kCols, 4), y(kRows);
    kernels::kick_and_drift(0.3, 0.7, g.data(), m.data(), p.data(), x.data(), kRows, kCols);
    kernels::kinetic_energy(0.1, g.data(), m.data(), p.data(), y.data(), kRows, kCols);
    x.insert(x.end(), y.begin(), y.end());
    return x;
  }));
}

}  // namespace
}  // namespace gradzoo
