#include "gradzoo/plot/pages/curve_figure.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "plot/html.h"
#include "plot/line_layout.h"

namespace gradzoo {
namespace {

constexpr std::size_t kMaxPoints = 900;

/// What the script shows under the pointer: per series its name, and of each point the place across (0 ... 1)
/// and values.
std::string hover_data(const LineChart& curve, const LineLayout& map) {
  const auto rounded = [](double value, double unit) { return std::round(value / unit) * unit; };
  nlohmann::json data = {{"x", curve.x_label}, {"series", nlohmann::json::array()}};
  for (std::size_t s = 0; s < curve.series.size(); ++s) {
    const Series one = thinned(curve.series[s], kMaxPoints);
    nlohmann::json points = nlohmann::json::array();
    for (std::size_t i = 0; i < one.x.size(); ++i) {
      const double across = map.x.fraction(one.x[i]), up = map.y.fraction(one.y[i]);
      if (!std::isfinite(across) || !std::isfinite(up)) continue;
      points.push_back({rounded(across, 1e-4), rounded(std::clamp(up, 0.0, 1.0), 1e-4),
                        short_number(one.x[i], 7), short_number(one.y[i], 6)});
    }
    data["series"].push_back(
        {{"name", one.name}, {"pen", pen_class(map.pens[s])}, {"points", std::move(points)}});
  }
  return data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string curve_figure(LineChart curve) {
  const std::string title = html_escape(curve.title);
  curve.title.clear();  // the heading says it
  const auto [svg, plot] = svg_chart(curve);
  const double width = curve.width / 100.0, height = curve.height / 100.0;
  return fmt::format(
      R"(<figure class="curve"><h3>{}</h3><div class="scroll"><div class="chart" data-curve="{}">{})"
      R"(<div class="plot" style="left:{:.2f}%;top:{:.2f}%;width:{:.2f}%;height:{:.2f}%"></div></div></div>)"
      "<figcaption>{}</figcaption></figure>\n",
      title, html_escape(hover_data(curve, lay_out(curve))), svg, plot.x / width, plot.y / height,
      plot.width / width, plot.height / height, html_escape(curve.caption));
}

}  // namespace gradzoo
