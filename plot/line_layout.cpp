#include "plot/line_layout.h"

#include <algorithm>
#include <cmath>

#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

void check_lengths(const Series& series) {
  const std::size_t count = series.x.size();
  const bool band = !series.low.empty() || !series.high.empty();
  if (series.y.size() != count || (band && (series.low.size() != count || series.high.size() != count)))
    throw Error(
        "chart: series '{}' has {} x, {} y, and a band of {} and {} values. Hint: give all one length",
        series.name, count, series.y.size(), series.low.size(), series.high.size());
}

std::vector<double> all_of(std::span<const Series> series, std::vector<double> Series::*values) {
  std::vector<double> all;
  for (const Series& one : series) all.insert(all.end(), (one.*values).begin(), (one.*values).end());
  return all;
}

Scale y_scale(const LineChart& chart, const std::vector<double>& y) {
  const Range focused = focused_range(y, chart.log_y);
  std::vector<double> shown{focused.low, focused.high};
  for (const Level& level : chart.levels) shown.push_back(level.value);
  Scale scale{padded({range_of(shown, chart.log_y), chart.log_y}, 0.04), chart.log_y};
  if (chart.y_low) scale.range.low = *chart.y_low;
  if (chart.y_high) scale.range.high = *chart.y_high;
  if (!(scale.range.low < scale.range.high) || (chart.log_y && scale.range.low <= 0))
    throw Error("chart: the y axis would run from {} to {}. Hint: set low below high{}", scale.range.low,
                scale.range.high, chart.log_y ? ", and above zero on a logarithmic axis" : "");
  return scale;
}

std::string remark_on(const std::vector<double>& y, const Range& range) {
  if (std::ranges::none_of(y, [](double value) { return std::isfinite(value); })) return "no values";
  const auto outside = std::ranges::count_if(y, [&](double v) { return v < range.low || v > range.high; });
  return outside == 0 ? "" : fmt::format("{} value{} outside the axis", outside, outside == 1 ? "" : "s");
}

}  // namespace

LineLayout lay_out(const LineChart& chart) {
  LineLayout out;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const Series& one = chart.series[i];
    check_lengths(one);
    LinePen pen = line_pen(one.color.value_or(i));
    if (one.dash) pen.dash = *one.dash;
    out.pens.push_back(pen);
  }
  const std::vector<double> y = all_of(chart.series, &Series::y);
  out.x = {range_of(all_of(chart.series, &Series::x), chart.log_x), chart.log_x};
  out.y = y_scale(chart, y);
  out.remark = remark_on(y, out.y.range);
  return out;
}

}  // namespace gradzoo
