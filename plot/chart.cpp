#include "gradzoo/plot/chart.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"
#include "plot/font.h"
#include "plot/html.h"
#include "plot/line_layout.h"

namespace gradzoo {
namespace {

constexpr std::size_t kMaxPoints = 900, kMostMarks = 40, kDense = 200;
constexpr double kMargin = 16, kTitleSize = 16, kNameSize = 13, kTickSize = 12, kLine = 20;

// By day, by night, and what both share. Names of classes are bound to the chart, since a page's style is
// one.
constexpr const char *kDay = "--paper:#fcfbf8;--ink:#22262e;--soft:#656b78;--rule:#e3e1da;--level:#8a4b4b;",
                     *kNight = "--paper:#16181d;--ink:#e4e2dc;--soft:#9aa0ac;--rule:#31353e;--level:#d99a9a;",
                     *kStyle = R"(
svg.lines text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:var(--soft)}
svg.lines .title{font-size:16px;font-weight:600;fill:var(--ink)}
svg.lines .name{font-size:13px;fill:var(--ink)}
svg.lines .middle{text-anchor:middle}
svg.lines .end{text-anchor:end}
svg.lines .paper{fill:var(--paper)}
svg.lines path{fill:none;stroke:var(--tint);stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}
svg.lines .rule{stroke:var(--rule);stroke-width:1}
svg.lines .axis{stroke:var(--soft);stroke-width:1}
svg.lines .level{stroke:var(--level);stroke-width:1.6;stroke-dasharray:6 5;stroke-linecap:butt}
svg.lines .dense{stroke-width:1.4}
svg.lines .dashes{stroke-dasharray:8 7}
svg.lines .dots{stroke-dasharray:.5 6.5}
svg.lines .marks{stroke-width:7}
svg.lines .band{fill:var(--tint);stroke:none;opacity:.16}
svg.lines .bars{fill:var(--tint);stroke:none}
)";

std::string style() {
  const auto variables = [](const char* text, const auto& colors) {
    std::string css = text;
    for (std::size_t i = 0; i < colors.size(); ++i)
      css += fmt::format("--s{}:#{:02x}{:02x}{:02x};", i, colors[i].red, colors[i].green, colors[i].blue);
    return css;
  };
  std::string css = fmt::format(":root{{{}}}\n@media(prefers-color-scheme:dark){{:root{{{}}}}}\n",
                                variables(kDay, kLineColors), variables(kNight, kNightLineColors));
  for (std::size_t i = 0; i < kLineColors.size(); ++i) css += fmt::format(".s{0}{{--tint:var(--s{0})}}", i);
  return css + kStyle;
}

std::string escaped(const std::string& text) { return html_escape(printable(text)); }

std::string text_at(double x, double y, const char* classes, const std::string& text,
                    const std::string& attributes = "") {
  if (text.empty()) return "";
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\"{}>{}</text>\n", x, y, classes, attributes,
                     escaped(text));
}

std::string path_of(const std::string& classes, const std::string& d) {
  return d.empty() ? "" : fmt::format("<path class=\"{}\" d=\"{}\"/>\n", classes, d);
}

struct LegendEntry {
  std::string name, classes;
};

/// Everything of a chart but its data: paper, title, legend, axes with ticks, and the map to the plot's
/// corner at (0, 0).
struct Frame {
  int width, height;
  std::string title, x_label, y_label, remark;
  Scale x, y;
  std::vector<LegendEntry> legend = {};
  std::vector<Tick> x_ticks = {};
  Rect plot = {};

  // Far outside points are drawn near: browsers dislike huge numbers. Not finite where there is none.
  static double bounded(double share) { return std::isfinite(share) ? std::clamp(share, -3.0, 4.0) : share; }
  double px(double value) const { return plot.width * bounded(x.fraction(value)); }
  double py(double value) const { return plot.height * bounded(1 - y.fraction(value)); }

  std::string draw_legend(double& top) const {
    constexpr double kMark = 22, kGap = 8, kBetween = 22;
    double at = kMargin;
    std::string svg;
    for (const LegendEntry& entry : legend) {
      if (entry.name.empty()) continue;
      const double wide = kMark + kGap + text_width(entry.name, kTickSize);
      if (at > kMargin && at + wide > width - kMargin) at = kMargin, top += kLine;
      const bool dot = entry.classes.starts_with("marks") || entry.classes.starts_with("bars");
      svg += path_of(entry.classes.starts_with("bars") ? "marks" + entry.classes.substr(4) : entry.classes,
                     dot ? fmt::format("M{:.1f} {:.1f}h0", at + kMark / 2, top + 8)
                         : fmt::format("M{:.1f} {:.1f}h{}", at, top + 8, kMark));
      svg += text_at(at + kMark + kGap, top + 12, "name", entry.name);
      at += wide + kBetween;
    }
    if (!svg.empty()) top += kLine + 4;
    return svg;
  }

  std::string draw_axes(const std::vector<Tick>& y_ticks) const {
    const double bottom = plot.y + plot.height, right = plot.x + plot.width;
    std::string svg, rules, marks;
    for (const Tick& tick : y_ticks) {
      rules += fmt::format("M{:.1f} {:.1f}H{:.1f}", plot.x, plot.y + py(tick.value), right);
      svg += text_at(plot.x - 7, plot.y + py(tick.value) + 4, "end", tick.label);
    }
    for (const Tick& tick : x_ticks) {
      const double at = plot.x + px(tick.value), half = text_width(tick.label, kTickSize) / 2;
      marks += fmt::format("M{:.1f} {:.1f}v5", at, bottom);
      svg += text_at(std::min(at, width - 4 - half), bottom + 18, "middle", tick.label);
    }
    svg += path_of("rule", rules) +
           path_of("axis", fmt::format("{}M{:.1f} {:.1f}H{:.1f}", marks, plot.x, bottom, right));
    svg += text_at(right, plot.y - 5, "end", remark);
    svg += text_at((plot.x + right) / 2, height - kMargin + 4, "name middle", x_label);
    // A label that is longer than its axis is written smaller.
    const double size =
        kNameSize * std::min(1.0, plot.height / std::max(1.0, text_width(y_label, kNameSize)));
    svg += text_at(-(plot.y + bottom) / 2, kMargin + 9, "name middle", y_label,
                   fmt::format(" transform=\"rotate(-90)\" style=\"font-size:{:.1f}px\"", size));
    return svg;
  }

  /// `data(frame)` draws between the axes, beyond which nothing shows.
  template <class Data>
  SvgChart draw(Data data) {
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"lines\" width=\"{0}\" height=\"{1}\" "
        "viewBox=\"0 0 {0} {1}\" role=\"img\" aria-label=\"{2}\">\n<style>{3}</style>\n"
        "<rect class=\"paper\" width=\"{0}\" height=\"{1}\"/>\n",
        width, height, escaped(title.empty() ? y_label + " by " + x_label : title), style());
    double top = kMargin;
    svg += text_at(kMargin, top + 12, "title", title);
    if (!title.empty()) top += kTitleSize + 14;
    svg += draw_legend(top);
    if (!remark.empty()) top += 10;
    const double bottom = height - kMargin - 22 - (x_label.empty() ? 0 : kNameSize + 6);
    const std::vector<Tick> y_ticks = ticks(y, std::max(2, static_cast<int>((bottom - top) / 50)));
    double gutter = 0;
    for (const Tick& tick : y_ticks) gutter = std::max(gutter, text_width(tick.label, kTickSize));
    const double left = kMargin + (y_label.empty() ? 0 : kNameSize + 8) + gutter + 8,
                 right = width - kMargin - 6;
    if (right - left < 200 || bottom - top < 100)
      throw Error("chart: {} x {} is too small for the plot. Hint: use 500 x 300 or more", width, height);
    plot = {std::round(left), std::round(top), std::round(right - left), std::round(bottom - top)};
    if (x_ticks.empty()) x_ticks = ticks(x, static_cast<int>(plot.width / 90));
    svg += draw_axes(y_ticks);
    svg +=
        fmt::format("<svg class=\"data\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\">\n{}</svg>\n</svg>\n",
                    plot.x, plot.y, plot.width, plot.height, data(*this));
    return {std::move(svg), plot};
  }
};

/// A line without its gaps; a point between two gaps still shows. Of `marks`, dots: round ends of no line.
std::string line_of(const Frame& frame, const std::vector<double>& x, const std::vector<double>& y,
                    bool marks = false) {
  std::string d;
  bool pen_down = false;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double px = frame.px(x[i]), py = frame.py(y[i]);
    const bool drawn = std::isfinite(px) && std::isfinite(py);
    if (drawn) d += fmt::format("{}{:.1f} {:.1f}", pen_down ? "L" : "M", px, py);
    if (drawn && !pen_down) d += "h0";
    pen_down = drawn && !marks;
  }
  return d;
}

/// The band's outline: the upper bound forwards, the lower one backwards, for each stretch without gaps.
std::string band_of(const Frame& frame, const Series& series) {
  std::string d, upper, lower;
  for (std::size_t i = 0; i <= series.low.size(); ++i) {
    const bool more = i < series.low.size();
    const double px = more ? frame.px(series.x[i]) : NAN, high = more ? frame.py(series.high[i]) : NAN,
                 low = more ? frame.py(series.low[i]) : NAN;
    if (std::isfinite(px) && std::isfinite(high) && std::isfinite(low)) {
      upper += fmt::format("L{:.1f} {:.1f}", px, high);
      lower.insert(0, fmt::format("L{:.1f} {:.1f}", px, low));
    } else if (!upper.empty()) {
      d += fmt::format("M{}{}Z", upper.substr(1), lower);
      upper.clear(), lower.clear();
    }
  }
  return d;
}

std::string data_of(const Frame& frame, const LineChart& chart, const std::vector<LinePen>& pens) {
  std::string svg;
  std::vector<Series> all;
  for (const Series& one : chart.series) all.push_back(thinned(one, kMaxPoints));
  for (std::size_t i = 0; i < all.size(); ++i)
    svg += path_of(fmt::format("band s{}", pens[i].color), band_of(frame, all[i]));
  for (const Level& level : chart.levels)
    if (const double py = frame.py(level.value); std::isfinite(py))
      svg += path_of("level", fmt::format("M0 {:.1f}H{}", py, frame.plot.width));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& [x, y, joined] = std::tie(all[i].x, all[i].y, all[i].joined);
    if (joined)
      svg += path_of(fmt::format("line {}{}", pen_class(pens[i]), x.size() > kDense ? " dense" : ""),
                     line_of(frame, x, y));
    if (!joined || x.size() <= kMostMarks)
      svg += path_of(fmt::format("marks s{}", pens[i].color), line_of(frame, x, y, true));
  }
  return svg;
}

/// Names under the bars, every k-th where all would not fit.
std::vector<Tick> bar_ticks(const BarChart& chart) {
  std::vector<Tick> all, kept;
  double widest = 0;
  for (std::size_t i = 0; i < chart.values.size(); ++i) {
    all.push_back({static_cast<double>(i), chart.names.empty() ? fmt::format("{}", i + 1) : chart.names[i]});
    widest = std::max(widest, text_width(all.back().label, kTickSize) + 14);
  }
  const double each = 0.85 * chart.width / std::max(1.0, static_cast<double>(all.size()));
  const auto every = static_cast<std::size_t>(std::max(1.0, std::ceil(widest / each)));
  for (std::size_t i = 0; i < all.size(); i += every) kept.push_back(all[i]);
  return kept;
}

}  // namespace

std::string pen_class(LinePen pen) {
  constexpr const char* kDashes[] = {"", " dashes", " dots"};
  return fmt::format("s{}{}", pen.color, kDashes[static_cast<std::size_t>(pen.dash)]);
}

SvgChart svg_chart(const LineChart& chart) {
  const LineLayout layout = lay_out(chart);
  Frame frame{chart.width,   chart.height,  chart.title, chart.x_label,
              chart.y_label, layout.remark, layout.x,    layout.y};
  if (chart.series.size() + chart.levels.size() > 1) {
    for (std::size_t i = 0; i < chart.series.size(); ++i)
      frame.legend.push_back(
          {chart.series[i].name, (chart.series[i].joined ? "line " : "marks ") + pen_class(layout.pens[i])});
    for (const Level& level : chart.levels) frame.legend.push_back({level.name, "level"});
  }
  return frame.draw([&](const Frame& f) { return data_of(f, chart, layout.pens); });
}

Drawing draw_chart(const LineChart& chart) { return {".svg", svg_chart(chart).svg}; }

Drawing draw_chart(const BarChart& chart) {
  const std::size_t count = chart.values.size();
  if ((!chart.names.empty() && chart.names.size() != count) ||
      (!chart.expected.empty() && chart.expected.size() != count))
    throw Error("bar chart: {} names and {} expected values for {} bars. Hint: give one per bar, or none",
                chart.names.size(), chart.expected.size(), count);
  std::vector<double> must_show = chart.values, places(count);
  must_show.insert(must_show.end(), chart.expected.begin(), chart.expected.end());
  must_show.push_back(0);
  Scale y{range_of(must_show)};
  const Range with_air = padded(y, 0.05);
  y.range = {y.range.low < 0 ? with_air.low : 0, with_air.high};
  Frame frame{chart.width,
              chart.height,
              chart.title,
              chart.x_label,
              chart.y_label,
              "",
              Scale{{-0.6, std::max(0.6, static_cast<double>(count) - 0.4)}},
              y};
  if (!chart.expected.empty())
    frame.legend = {{chart.values_name, "bars s0"}, {chart.expected_name, "line s1"}};
  frame.x_ticks = bar_ticks(chart);
  return {".svg",
          frame
              .draw([&](const Frame& f) {
                std::string bars;
                for (std::size_t i = 0; i < count; ++i) {
                  const auto place = places[i] = static_cast<double>(i);
                  if (std::isfinite(chart.values[i]))
                    bars += fmt::format("M{:.1f} {:.1f}H{:.1f}V{:.1f}H{:.1f}Z", f.px(place - 0.36), f.py(0),
                                        f.px(place + 0.36), f.py(chart.values[i]), f.px(place - 0.36));
                }
                places.resize(chart.expected.size());
                return path_of("bars s0", bars) + path_of("line s1", line_of(f, places, chart.expected));
              })
              .svg};
}

Drawing side_by_side(std::span<const LineChart> charts) {
  std::string svgs;
  int width = 0, height = 0;
  for (const LineChart& chart : charts) {
    std::string svg = svg_chart(chart).svg;
    svg.insert(svg.find(" class"), fmt::format(" x=\"{}\"", width));
    svgs += svg;
    width += chart.width;
    height = std::max(height, chart.height);
  }
  return {".svg", fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
                              "viewBox=\"0 0 {0} {1}\">\n{2}</svg>\n",
                              width, height, svgs)};
}

Series thinned(const Series& series, std::size_t limit) {
  if (series.x.size() <= limit) return series;
  const std::size_t stretch = (4 * series.x.size() + limit - 1) / limit;
  std::set<std::size_t> kept{0, series.x.size() - 1};
  for (std::size_t begin = 0; begin < series.x.size(); begin += stretch) {
    const std::size_t end = std::min(begin + stretch, series.x.size());
    std::size_t lowest = end, highest = end, gap = end;
    for (std::size_t i = begin; i < end; ++i) {
      if (!std::isfinite(series.y[i])) {
        gap = i;
        continue;
      }
      if (lowest == end || series.y[i] < series.y[lowest]) lowest = i;
      if (highest == end || series.y[i] > series.y[highest]) highest = i;
    }
    for (const std::size_t i : {begin, lowest, highest, gap})
      if (i < end) kept.insert(i);
  }
  Series result{.name = series.name, .joined = series.joined};
  for (const std::size_t i : kept) {
    result.x.push_back(series.x[i]), result.y.push_back(series.y[i]);
    if (!series.low.empty()) result.low.push_back(series.low[i]), result.high.push_back(series.high[i]);
  }
  return result;
}

}  // namespace gradzoo
