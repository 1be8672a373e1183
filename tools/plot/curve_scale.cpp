#include "tools/plot/curve_scale.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"

namespace gradzoo {

void check_lengths(const Series& series) {
  const std::size_t count = series.x.size();
  const bool band = !series.low.empty() || !series.high.empty();
  if (series.y.size() != count || (band && (series.low.size() != count || series.high.size() != count))) {
    throw Error(fmt::format(
        "chart: series '{}' has {} x, {} y, and a band of {} and {} values. Hint: give all one length.",
        series.name, count, series.y.size(), series.low.size(), series.high.size()));
  }
}

Scale x_scale_of(std::span<const Series> series, bool logarithmic) {
  std::vector<double> all;
  for (const Series& one : series) all.insert(all.end(), one.x.begin(), one.x.end());
  return {range_of(all, logarithmic), logarithmic};
}

Scale y_scale_of(std::span<const Series> series, std::span<const Level> levels, bool logarithmic) {
  std::vector<double> all;
  for (const Series& one : series) all.insert(all.end(), one.y.begin(), one.y.end());
  const Range focused = focused_range(all, logarithmic);
  std::vector<double> shown{focused.low, focused.high};
  for (const Level& level : levels) shown.push_back(level.value);
  return {padded({range_of(shown, logarithmic), logarithmic}, 0.04), logarithmic};
}

std::size_t count_outside(std::span<const Series> series, const Range& range) {
  std::size_t outside = 0;
  for (const Series& one : series) {
    outside += static_cast<std::size_t>(
        std::count_if(one.y.begin(), one.y.end(), [&](double y) { return y < range.low || y > range.high; }));
  }
  return outside;
}

}  // namespace gradzoo
