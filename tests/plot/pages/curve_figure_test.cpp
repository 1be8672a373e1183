#include "gradzoo/plot/pages/curve_figure.h"

#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "support/error_message.h"

namespace gradzoo {
using namespace test;

TEST_CASE("a figure holds the chart, the place of its plot, and the values for the script") {
  LineChart curve{.title = "loss", .x_label = "step", .series = {{"a", {0, 1, 2}, {0, NAN, 5}}}};
  curve.y_low = 0, curve.y_high = 10;
  const std::string html = curve_figure(curve);
  CHECK(contains(html, "<h3>loss</h3>"));
  curve.title = "";
  const SvgChart chart = svg_chart(curve);
  CHECK(contains(html, chart.svg));
  CHECK(
      contains(html, fmt::format("left:{:.2f}%;top:{:.2f}%;width:{:.2f}%;height:{:.2f}%", chart.plot.x / 7.6,
                                 chart.plot.y / 4.6, chart.plot.width / 7.6, chart.plot.height / 4.6)));
  CHECK(contains(html, "[[0.0,0.0,&quot;0&quot;,&quot;0&quot;],[1.0,0.5,&quot;2&quot;,&quot;5&quot;]]"));
}

TEST_CASE("hostile names stay text, in the page and in the values for the script") {
  const std::string hostile = "</figure><script>alert(\"x\")</script>' onload='y";
  const LineChart curve{.title = hostile,
                        .x_label = hostile,
                        .y_label = hostile,
                        .caption = hostile,
                        .series = {{hostile, {0, 1}, {1, 2}}, {"b\xFF", {0}, {1}}},
                        .levels = {{hostile, 1}}};
  const std::string html = curve_figure(curve);
  CHECK_FALSE(contains(html, "<script>"));
  CHECK_FALSE(contains(html, "' onload"));
  CHECK(html.find("</figure>") == html.size() - std::string("</figure>\n").size());
}

}  // namespace gradzoo
