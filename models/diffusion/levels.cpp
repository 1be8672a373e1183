#include <algorithm>
#include <cmath>

#include "gradzoo/base/error.h"
#include "models/diffusion/diffusion.h"

namespace gradzoo {
namespace {

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

}  // namespace

double level_ratio(int64_t dimensions) {
  const double width = std::sqrt(2.0 * static_cast<double>(dimensions));
  const auto overlap = [&](double g) {
    return normal_cdf(width * (g - 1) + 3 * g) - normal_cdf(width * (g - 1) - 3 * g);
  };
  double low = 1, high = 2;  // the overlap falls from .997 at 1; in few dimensions it never falls to a half
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (overlap(middle) > 0.5 ? low : high) = middle;
  }
  return low;
}

int64_t level_count(double first, double last, int64_t dimensions) {
  if (!(last > 0) || !(first > last) || !std::isfinite(first))
    throw Error("noise levels fall from {} to {}. Hint: use levels above 0 with the first the largest", first,
                last);
  return std::max<int64_t>(2, 1 + std::llround(std::log(first / last) / std::log(level_ratio(dimensions))));
}

double level_step(double ratio, int64_t repeats) {
  const auto excess = [&](double e) {
    const double own = 2 / (2 - e);
    return std::pow(1 - e, 2 * static_cast<double>(repeats)) * (ratio * ratio - own) + own;
  };
  double best = 1e-4;
  for (double e = best; e < 1; e *= 1.01) {
    if (excess(e) < excess(best)) best = e;
  }
  return best;
}

}  // namespace gradzoo
