#include "models/eval/moment_tests.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"

namespace gradzoo {
namespace {

constexpr int64_t kRelabelledAtOnce = 50;  // relabellings

// Every number less its mean over the rows, in standard deviations: its own of points (n, d), else one of
// all.
Tensor in_deviations(const Tensor& examples) {
  const Tensor rows = cast(flatten_rows(examples), DType::f64);
  const Tensor away = rows - mean(rows, 0);
  const Tensor variance = examples.rank() == 2 ? mean(square(away), 0) : mean(square(away));
  return away / sqrt(where(gt(variance, 0), variance, ones_like(variance)));
}

// What a row of weights takes the difference of means by: 1/n at the first n of `order`, -1/m at the others.
void weigh(double* weights, const int64_t* order, int64_t n, int64_t m) {
  for (int64_t i = 0; i < n + m; ++i)
    weights[order[i]] = i < n ? 1 / static_cast<double>(n) : -1 / static_cast<double>(m);
}

// |difference of means| by each row of weights: (rows).
std::vector<double> distances(const Tensor& weights, const Tensor& values) {
  return sqrt(sum(square(matmul(weights, values)), 1)).to_vector();
}

// The first of the distances is that of the sets as they are.
MomentTest test_by(const std::vector<double>& found) {
  const double rounding = 1e-10 * (1 + found[0]);
  const auto as_large =
      std::ranges::count_if(found, [&](double distance) { return distance >= found[0] - rounding; });
  return {found[0], static_cast<double>(as_large) / static_cast<double>(found.size())};
}

}  // namespace

MomentTests moment_tests(const Tensor& a, const Tensor& b, int64_t permutations, Rng& rng) {
  const NoGrad quiet;
  const int64_t n = a.dim(0), m = b.dim(0);
  const Tensor numbers = in_deviations(concat(a, b, 0)), squares = square(numbers);
  std::vector<double> of_means, of_variances;
  for (int64_t begin = 0; begin <= permutations; begin += kRelabelledAtOnce) {
    const int64_t count = std::min(kRelabelledAtOnce, permutations + 1 - begin);
    Tensor weights = empty({count, n + m}, DType::f64);
    for (int64_t row = 0; row < count; ++row) {
      const Tensor order = begin + row == 0 ? arange(n + m, DType::i64) : randperm(n + m, rng);
      weigh(weights.mutable_data<double>() + row * (n + m), order.data<int64_t>(), n, m);
    }
    std::ranges::copy(distances(weights, numbers), std::back_inserter(of_means));
    std::ranges::copy(distances(weights, squares), std::back_inserter(of_variances));
  }
  return {test_by(of_means), test_by(of_variances)};
}

}  // namespace gradzoo
