#include "tools/bench/growth_chart.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "plot/arrange.h"
#include "plot/chart.h"

namespace gradzoo {
namespace {

constexpr double kTolerance = 1.3;  // half the band's height, as a factor

/// The law over the sizes and a little beyond, so that no point lies on the frame.
Series line_of(const GrowthLaw& law, const std::vector<double>& sizes) {
  constexpr int kPoints = 200;
  constexpr double kBeyond = 0.025;
  Series line;
  const double span = sizes.back() / sizes.front();
  for (int i = 0; i < kPoints; ++i) {
    const double share = -kBeyond + (1 + 2 * kBeyond) * i / (kPoints - 1);
    line.x.push_back(sizes.front() * std::pow(span, share));
    line.y.push_back(law(line.x.back()));
    line.low.push_back(line.y.back() / kTolerance);
    line.high.push_back(line.y.back() * kTolerance);
  }
  return line;
}

/// One quantity of every curve: its points, and the law's line in the same colour.
LineChart panel(const Growth& growth, std::span<const MeasuredCurve> measured,
                std::vector<double> MeasuredCurve::*values, GrowthLaw MeasuredCurve::*law) {
  LineChart chart{.x_label = fmt::format("{}: {}", growth.symbol, growth.unit),
                  .log_x = true,
                  .log_y = true,
                  .width = 760,
                  .height = 620};
  for (size_t i = 0; i < measured.size(); ++i) {
    const MeasuredCurve& curve = measured[i];
    const std::string& label = growth.curves[i].label;
    Series line = line_of(curve.*law, curve.sizes);
    line.name = (curve.*law).text(growth.symbol);
    line.color = i;
    chart.series.push_back({.name = label.empty() ? "measured" : label,
                            .x = curve.sizes,
                            .y = curve.*values,
                            .joined = false,
                            .color = i});
    chart.series.push_back(std::move(line));
  }
  return chart;
}

}  // namespace

Image draw_growth(const Growth& growth, std::span<const MeasuredCurve> measured) {
  LineChart time = panel(growth, measured, &MeasuredCurve::ms, &MeasuredCurve::time);
  time.title = growth.work;
  time.y_label = "milliseconds";
  LineChart memory = panel(growth, measured, &MeasuredCurve::mb, &MeasuredCurve::memory);
  memory.title = "its memory";
  memory.y_label = "MB";
  return side_by_side(draw_chart(time), draw_chart(memory));
}

}  // namespace gradzoo
