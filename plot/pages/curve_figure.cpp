#include "plot/pages/curve_figure.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "plot/line_layout.h"
#include "plot/pages/html.h"

namespace gradzoo {
namespace {

constexpr std::size_t kMaxPoints = 900, kMostMarks = 40;
constexpr double kSide = 1000;  // of the SVG's own coordinates; the page stretches them
constexpr int kTicksX = 6, kTicksY = 6;

/// SVG coordinates of a data point. Far outside points are drawn near: browsers dislike huge numbers.
struct Mapping : LineLayout {
  static double bounded(double fraction) {
    return std::isfinite(fraction) ? std::clamp(fraction, -3.0, 4.0) : fraction;
  }
  double px(double value) const { return kSide * bounded(x.fraction(value)); }
  double py(double value) const { return kSide * bounded(1 - y.fraction(value)); }
};

bool drawable(double px, double py) { return std::isfinite(px) && std::isfinite(py); }

std::string path_of(const Series& series, const Mapping& map) {
  std::string path;
  bool pen_down = false;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    const double px = map.px(series.x[i]), py = map.py(series.y[i]);
    if (drawable(px, py)) path += fmt::format("{}{:.1f} {:.1f}", pen_down ? "L" : "M", px, py);
    if (drawable(px, py) && !pen_down) path += "h0";  // a point between two gaps still shows
    pen_down = drawable(px, py);
  }
  return path;
}

/// A dot on every value: lines of no length have round ends.
std::string marks_of(const Series& series, const Mapping& map) {
  std::string path;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    const double px = map.px(series.x[i]), py = map.py(series.y[i]);
    if (drawable(px, py)) path += fmt::format("M{:.1f} {:.1f}h0", px, py);
  }
  return path;
}

/// The band's outline: the upper bound forwards, the lower one backwards, for each stretch without gaps.
std::string band_of(const Series& series, const Mapping& map) {
  std::string path, upper, lower;
  const auto close = [&] {
    if (!upper.empty()) path += fmt::format("M{}{}Z", upper.substr(1), lower);
    upper.clear(), lower.clear();
  };
  for (std::size_t i = 0; i < series.low.size(); ++i) {
    const double px = map.px(series.x[i]), high = map.py(series.high[i]), low = map.py(series.low[i]);
    if (!drawable(px, high) || !drawable(px, low)) {
      close();
      continue;
    }
    upper += fmt::format("L{:.1f} {:.1f}", px, high);
    lower.insert(0, fmt::format("L{:.1f} {:.1f}", px, low));
  }
  close();
  return path;
}

// Classes of the style sheet: "s3 dashes".
std::string pen_class(LinePen pen) {
  constexpr const char* kDashes[] = {"", " dashes", " dots"};
  return fmt::format("s{}{}", pen.color, kDashes[static_cast<std::size_t>(pen.dash)]);
}

std::string svg_of(const std::vector<Series>& series, const LineChart& curve, const Mapping& map) {
  std::string svg =
      fmt::format(R"(<svg viewBox="0 0 {0} {0}" preserveAspectRatio="none" role="img" aria-label="{1}">)",
                  kSide, html_escape(curve.title));
  for (const Tick& tick : ticks(map.y, kTicksY)) {
    svg += fmt::format(R"(<path class="gridline" d="M0 {:.1f}H{}"/>)", map.py(tick.value), kSide);
  }
  for (std::size_t i = 0; i < series.size(); ++i) {
    const std::string band = band_of(series[i], map);
    if (!band.empty()) svg += fmt::format(R"(<path class="band s{}" d="{}"/>)", map.pens[i].color, band);
  }
  for (const Level& level : curve.levels) {
    const double py = map.py(level.value);
    if (std::isfinite(py)) svg += fmt::format(R"(<path class="level" d="M0 {:.1f}H{}"/>)", py, kSide);
  }
  for (std::size_t i = 0; i < series.size(); ++i) {
    const std::string path = path_of(series[i], map);
    const char* density = series[i].x.size() > 200 ? " dense" : "";
    if (path.empty()) continue;
    if (series[i].joined)
      svg += fmt::format(R"(<path class="line {}{}" d="{}"/>)", pen_class(map.pens[i]), density, path);
    if (!series[i].joined || series[i].x.size() <= kMostMarks) {
      svg += fmt::format(R"(<path class="marks s{}" d="{}"/>)", map.pens[i].color, marks_of(series[i], map));
    }
  }
  return svg + "</svg>";
}

std::string legend_of(const LineChart& curve, const Mapping& map) {
  if (curve.series.size() < 2 && curve.levels.empty()) return "";
  std::string legend = R"(<ul class="legend">)";
  for (std::size_t i = 0; i < curve.series.size(); ++i) {
    legend += fmt::format(R"(<li><i class="{}"></i>{}</li>)", pen_class(map.pens[i]),
                          html_escape(curve.series[i].name));
  }
  for (const Level& level : curve.levels) {
    legend += fmt::format(R"(<li><i class="level"></i>{}</li>)", html_escape(level.name));
  }
  return legend + "</ul>";
}

/// What the script shows under the pointer: per series its name, and of each point the place across (0 ... 1)
/// and values.
std::string hover_data(const std::vector<Series>& series, const LineChart& curve, const Mapping& map) {
  const auto rounded = [](double value, double unit) { return std::round(value / unit) * unit; };
  nlohmann::json data = {{"x", curve.x_label}, {"series", nlohmann::json::array()}};
  for (std::size_t s = 0; s < series.size(); ++s) {
    const Series& one = series[s];
    nlohmann::json points = nlohmann::json::array();
    for (std::size_t i = 0; i < one.x.size(); ++i) {
      const double across = map.x.fraction(one.x[i]), up = map.y.fraction(one.y[i]);
      if (!drawable(across, up)) continue;
      points.push_back({rounded(across, 1e-4), rounded(std::clamp(up, 0.0, 1.0), 1e-4),
                        short_number(one.x[i], 7), short_number(one.y[i], 6)});
    }
    data["series"].push_back(
        {{"name", one.name}, {"pen", pen_class(map.pens[s])}, {"points", std::move(points)}});
  }
  return data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string curve_styles() {
  const auto variables = [](const auto& colors) {
    std::string css;
    for (std::size_t i = 0; i < colors.size(); ++i)
      css += fmt::format("--s{}:#{:02x}{:02x}{:02x};", i, colors[i].red, colors[i].green, colors[i].blue);
    return css;
  };
  std::string css = fmt::format(":root{{{}}}@media (prefers-color-scheme:dark){{:root{{{}}}}}",
                                variables(kLineColors), variables(kNightLineColors));
  for (std::size_t i = 0; i < kLineColors.size(); ++i) css += fmt::format(".s{0}{{--tint:var(--s{0})}}", i);
  return css;
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
    for (const std::size_t i : {begin, lowest, highest, gap}) {
      if (i < end) kept.insert(i);
    }
  }
  Series result{.name = series.name, .joined = series.joined};
  for (const std::size_t i : kept) {
    result.x.push_back(series.x[i]), result.y.push_back(series.y[i]);
    if (!series.low.empty()) result.low.push_back(series.low[i]), result.high.push_back(series.high[i]);
  }
  return result;
}

std::string curve_figure(const LineChart& curve) {
  const Mapping map{lay_out(curve)};
  std::vector<Series> series;
  for (const Series& one : curve.series) series.push_back(thinned(one, kMaxPoints));
  std::string y_labels, x_labels;
  std::size_t gutter = 0;
  for (const Tick& tick : ticks(map.y, kTicksY)) {
    y_labels += fmt::format(R"(<span style="top:{:.2f}%">{}</span>)", map.py(tick.value) / 10, tick.label);
    gutter = std::max(gutter, tick.label.size());
  }
  for (const Tick& tick : ticks(map.x, kTicksX)) {
    x_labels += fmt::format(R"(<span style="left:{:.2f}%">{}</span>)", map.px(tick.value) / 10, tick.label);
  }
  const std::string note =
      map.remark.empty() ? "" : fmt::format(R"(<small class="note">{}</small>)", map.remark);
  return fmt::format(
      R"(<figure class="curve"><h3>{} <small>{}</small></h3>{}{})"
      R"(<div class="chart" style="--gutter:{}ch" data-curve="{}">)"
      R"(<div class="y-labels">{}</div><div class="plot">{}</div><div class="x-labels">{}</div>)"
      R"(<div class="x-name">{}</div></div><figcaption>{}</figcaption></figure>)"
      "\n",
      html_escape(curve.title), html_escape(curve.y_label), legend_of(curve, map), note, gutter + 1,
      html_escape(hover_data(series, curve, map)), y_labels, svg_of(series, curve, map), x_labels,
      html_escape(curve.x_label), html_escape(curve.caption));
}

}  // namespace gradzoo
