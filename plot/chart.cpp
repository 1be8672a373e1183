#include "plot/chart.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "plot/font.h"
#include "plot/frame.h"
#include "plot/line_layout.h"
#include "plot/palette.h"

namespace gradzoo {
namespace {

constexpr Color kLevelColor{110, 60, 60};

std::vector<Point> points(const Frame& frame, const std::vector<double>& x, const std::vector<double>& y) {
  std::vector<Point> result;
  for (std::size_t i = 0; i < x.size(); ++i) result.push_back(frame.at(x[i], y[i]));
  return result;
}

/// Few points are marked, so that one sees where the values are; many are drawn with a finer pen.
void draw_curve(Frame& frame, const Series& series, LinePen pen) {
  const std::vector<Point> line = points(frame, series.x, series.y);
  const Color color = line_color(pen.color);
  if (series.joined)
    frame.canvas().stroke(dashed(line, pen.dash), {.width = line.size() > 300 ? 1.7 : 2.5, .color = color});
  if (series.joined && line.size() > 40) return;
  for (const Point p : line) frame.canvas().fill_circle(p, 4.5, color);
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The classes' names where most of their points are: colours alone do not name ten classes.
void draw_class_names(Frame& frame, const ScatterChart& chart, std::size_t classes) {
  for (std::size_t label = 0; label < classes; ++label) {
    std::vector<double> x, y;
    for (std::size_t i = 0; i < chart.x.size(); ++i) {
      if (static_cast<std::size_t>(chart.label[i]) != label) continue;
      const Point p = frame.at(chart.x[i], chart.y[i]);
      if (!std::isfinite(p.x) || !std::isfinite(p.y)) continue;
      x.push_back(p.x), y.push_back(p.y);
    }
    if (x.empty()) continue;
    constexpr double kSize = 18;
    const std::string name = fmt::format("{}", label);
    const Point middle{median(x), median(y)};
    const double width = text_width(name, kSize) + 18;
    frame.canvas().fill_rect({middle.x - width / 2, middle.y - 16, width, 32}, {255, 255, 255}, 0.82);
    draw_text(frame.canvas(), {middle.x, middle.y + kSize / 2}, name,
              {.size = kSize, .color = {20, 22, 28}, .anchor = Anchor::middle, .bold = true});
  }
}

/// Names under the bars, every k-th where all would not fit.
std::vector<Tick> bar_ticks(const BarChart& chart) {
  std::vector<Tick> result;
  double widest = 0;
  for (std::size_t i = 0; i < chart.values.size(); ++i) {
    result.push_back(
        {static_cast<double>(i), chart.names.empty() ? fmt::format("{}", i + 1) : chart.names[i]});
    widest = std::max(widest, text_width(result.back().label, 12) + 14);
  }
  const double each = 0.85 * chart.width / static_cast<double>(std::max<std::size_t>(1, result.size()));
  const auto every = static_cast<std::size_t>(std::max(1.0, std::ceil(widest / each)));
  std::vector<Tick> kept;
  for (std::size_t i = 0; i < result.size(); i += every) kept.push_back(result[i]);
  return kept;
}

}  // namespace

Image draw_chart(const LineChart& chart) {
  const LineLayout layout = lay_out(chart);
  FrameText text{chart.title, chart.x_label, chart.y_label, {}};
  for (std::size_t i = 0; i < chart.series.size(); ++i)
    text.legend.push_back({chart.series[i].name, line_color(layout.pens[i].color),
                           chart.series[i].joined ? LegendEntry::Mark::line : LegendEntry::Mark::dot,
                           layout.pens[i].dash});
  for (const Level& level : chart.levels)
    text.legend.push_back({level.name, kLevelColor, LegendEntry::Mark::line, Dash::dashes});
  Frame frame(chart.width, chart.height, text, layout.x, layout.y);
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const Series& series = chart.series[i];
    if (series.low.empty()) continue;
    frame.canvas().fill_between(points(frame, series.x, series.high), points(frame, series.x, series.low),
                                line_color(layout.pens[i].color), 0.18);
  }
  for (const Level& level : chart.levels) frame.draw_level(level, kLevelColor);
  for (std::size_t i = 0; i < chart.series.size(); ++i) draw_curve(frame, chart.series[i], layout.pens[i]);
  frame.remark(layout.remark);
  return frame.finish();
}

Image draw_chart(const ScatterChart& chart) {
  if (chart.y.size() != chart.x.size() || chart.label.size() != chart.x.size()) {
    throw Error("scatter chart: {} x, {} y, {} labels. Hint: give one of each a point.", chart.x.size(),
                chart.y.size(), chart.label.size());
  }
  if (std::any_of(chart.label.begin(), chart.label.end(), [](int label) { return label < 0; })) {
    throw Error("scatter chart: a label is negative. Hint: number the classes from 0.");
  }
  const auto largest = std::max_element(chart.label.begin(), chart.label.end());
  const std::size_t classes = chart.label.empty() ? 0 : static_cast<std::size_t>(*largest) + 1;
  FrameText text{chart.title, chart.x_label, chart.y_label, {}};
  for (std::size_t label = 0; classes > 1 && label < classes; ++label) {
    text.legend.push_back({fmt::format("{}", label), class_color(label), LegendEntry::Mark::dot});
  }
  Scale x{range_of(chart.x)}, y{range_of(chart.y)};
  x.range = padded(x, 0.03), y.range = padded(y, 0.03);
  Frame::equalise_units(chart.width, chart.height, x, y);
  Frame frame(chart.width, chart.height, text, x, y);
  const double opacity = chart.x.size() > 3000 ? 0.45 : 0.7, radius = chart.x.size() > 3000 ? 2.6 : 3.6;
  for (std::size_t i = 0; i < chart.x.size(); ++i) {
    frame.canvas().fill_circle(frame.at(chart.x[i], chart.y[i]), radius,
                               class_color(static_cast<std::size_t>(chart.label[i])), opacity);
  }
  if (classes > 1) draw_class_names(frame, chart, classes);
  return frame.finish();
}

Image draw_chart(const BarChart& chart) {
  if (!chart.names.empty() && chart.names.size() != chart.values.size()) {
    throw Error("bar chart: {} names for {} bars. Hint: give one name a bar, or none.", chart.names.size(),
                chart.values.size());
  }
  if (!chart.expected.empty() && chart.expected.size() != chart.values.size()) {
    throw Error("bar chart: {} expected values for {} bars. Hint: give one a bar, or none.",
                chart.expected.size(), chart.values.size());
  }
  std::vector<double> must_show = chart.values;
  must_show.insert(must_show.end(), chart.expected.begin(), chart.expected.end());
  must_show.push_back(0);
  Scale y{range_of(must_show)};
  const Range with_air = padded(y, 0.05);
  y.range = {y.range.low < 0 ? with_air.low : 0, with_air.high};
  const Scale x{{-0.6, std::max(0.6, static_cast<double>(chart.values.size()) - 0.4)}};
  FrameText text{chart.title, chart.x_label, chart.y_label, {}};
  if (!chart.expected.empty())
    text.legend = {{chart.values_name, line_color(0), LegendEntry::Mark::dot},
                   {chart.expected_name, line_color(1), LegendEntry::Mark::line}};
  Frame frame(chart.width, chart.height, text, x, y, bar_ticks(chart));
  for (std::size_t i = 0; i < chart.values.size(); ++i) {
    if (!std::isfinite(chart.values[i])) continue;
    const auto place = static_cast<double>(i);
    const Point a = frame.at(place - 0.36, 0), b = frame.at(place + 0.36, chart.values[i]);
    const double left = std::round(a.x), right = std::round(b.x);
    frame.canvas().fill_rect({left, std::min(a.y, b.y), right - left, std::abs(b.y - a.y)}, line_color(0));
  }
  std::vector<Point> expected;
  for (std::size_t i = 0; i < chart.expected.size(); ++i)
    expected.push_back(frame.at(static_cast<double>(i), chart.expected[i]));
  frame.canvas().stroke(expected, {.width = 2.5, .color = line_color(1)});
  return frame.finish();
}

}  // namespace gradzoo
