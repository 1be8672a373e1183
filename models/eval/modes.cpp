#include "gradzoo/models/eval/modes.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace gradzoo {
namespace {

constexpr int64_t kCoveredBy = 20;
constexpr double kWithin = 3;  // sigma

}  // namespace

ModeCoverage mode_coverage(const Tensor& samples, const Modes& modes) {
  const int64_t k = modes.centers.dim(0), d = modes.centers.dim(1);
  if (samples.rank() != 2 || samples.dim(0) < 1 || samples.dim(1) != d)
    throw Error("mode_coverage: samples are {} instead of (n, {}). Hint: give at least one row",
                samples.shape().str(), d);
  const int64_t n = samples.dim(0);
  const std::vector<double> x = samples.to_vector(), centers = modes.centers.to_vector();
  const double reach = kWithin * modes.sigma;
  std::vector<int64_t> counts(static_cast<size_t>(k));
  int64_t good = 0;
  for (int64_t i = 0; i < n; ++i) {
    size_t nearest = 0;
    double smallest = std::numeric_limits<double>::infinity();
    for (int64_t j = 0; j < k; ++j) {
      double distance = 0;
      for (int64_t axis = 0; axis < d; ++axis) {
        const double off = x[static_cast<size_t>(i * d + axis)] - centers[static_cast<size_t>(j * d + axis)];
        distance += off * off;
      }
      if (distance < smallest) {
        smallest = distance;
        nearest = static_cast<size_t>(j);
      }
    }
    if (smallest > reach * reach) continue;
    ++counts[nearest];
    ++good;
  }
  const auto total = static_cast<double>(n);
  const auto with_at_least = [&](int64_t count) {
    return std::count_if(counts.begin(), counts.end(), [count](int64_t c) { return c >= count; });
  };
  return {k, with_at_least(kCoveredBy), with_at_least(1),
          static_cast<double>(*std::min_element(counts.begin(), counts.end())) / total,
          static_cast<double>(good) / total};
}

}  // namespace gradzoo
