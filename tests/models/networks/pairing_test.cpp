#include "models/networks/pairing.h"

#include <algorithm>
#include <numeric>

#include <doctest/doctest.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "support/approx.h"

namespace gradzoo {
namespace {

double cost_of(std::span<const double> costs, std::span<const int64_t> columns) {
  double total = 0;
  for (size_t row = 0; row < columns.size(); ++row)
    total += costs[row * columns.size() + static_cast<size_t>(columns[row])];
  return total;
}

TEST_CASE("an assignment costs as little as the best of all permutations") {
  Rng rng(1, "pairing_test");
  for (const int64_t n : {1, 2, 5, 7})
    for (int round = 0; round < 10; ++round) {
      const std::vector<double> costs = randn({n, n}, rng, DType::f64).to_vector();
      std::vector<int64_t> columns(static_cast<size_t>(n));
      std::iota(columns.begin(), columns.end(), 0);
      double least = cost_of(costs, columns);
      while (std::ranges::next_permutation(columns).found) least = std::min(least, cost_of(costs, columns));
      const std::vector<int64_t> found = least_assignment(costs, n);
      std::vector<int64_t> sorted = found;
      std::ranges::sort(sorted);
      std::ranges::sort(columns);
      CHECK(sorted == columns);
      CHECK(cost_of(costs, found) == approx(least).epsilon(1e-12));
    }
}

TEST_CASE("paired noise is the same noise in another order, nearer to its data, by groups of 100") {
  Rng rng(2, "pairing_test");
  const Tensor noise = randn({250, 2}, rng), data = randn({250, 2}, rng) * 2.0 + 1.0;
  const Tensor paired = optimally_paired(noise, data);
  for (const auto& [first, end] : {std::pair<int64_t, int64_t>{0, 100}, {100, 200}, {200, 250}}) {
    std::vector<double> before = noise.rows(first, end).to_vector(),
                        after = paired.rows(first, end).to_vector();
    std::ranges::sort(before);
    std::ranges::sort(after);
    CHECK(before == after);
    const auto length = [&, begin = first, stop = end](const Tensor& x) {
      return sum(square(x.rows(begin, stop) - data.rows(begin, stop))).item();
    };
    CHECK(length(paired) < 0.6 * length(noise));
  }
}

}  // namespace
}  // namespace gradzoo
