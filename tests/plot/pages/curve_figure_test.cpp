#include "plot/pages/curve_figure.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "base/error.h"
#include "support/error_message.h"

namespace gradzoo {
namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN();

/// The `d` of the first drawn line.
std::string line_path(const std::string& html) {
  const std::size_t at = html.find("<path class=\"line");
  if (at == std::string::npos) return "";
  const std::size_t begin = html.find("d=\"", at) + 3;
  return html.substr(begin, html.find('"', begin) - begin);
}

}  // namespace

TEST_CASE("a curve runs from the left edge to the right one, high values up") {
  const LineChart curve{.title = "loss", .series = {{"a", {0, 1, 2}, {0, 10, 5}}}};
  const std::string path = line_path(curve_figure(curve));
  // 4 % of air above and below 0 ... 10.
  CHECK(path == "M0.0 963.0h0L500.0 37.0L1000.0 500.0");
}

TEST_CASE("NaN and infinity make gaps, and neither stands in the page") {
  const LineChart curve{
      .title = "loss",
      .series = {{"a", {0, 1, 2, 3, 4}, {1, 2, kNan, 3, std::numeric_limits<double>::infinity()}}}};
  const std::string html = curve_figure(curve), path = line_path(html);
  CHECK(std::count(path.begin(), path.end(), 'M') == 2);
  CHECK(std::count(path.begin(), path.end(), 'L') == 1);
  CHECK_FALSE(test::contains(html, "nan"));
  CHECK_FALSE(test::contains(html, "inf"));
}

TEST_CASE("curves without any value say so") {
  for (const LineChart& curve :
       {LineChart{.title = "none"}, LineChart{.title = "empty", .series = {{"a", {}, {}}}},
        LineChart{.title = "nan", .series = {{"a", {0, 1}, {kNan, kNan}}}, .log_y = true}}) {
    const std::string html = curve_figure(curve);
    CHECK(test::contains(html, "no values"));
    CHECK(line_path(html) == "");
    CHECK_FALSE(test::contains(html, "nan%"));
  }
}

TEST_CASE("on a logarithmic axis equal factors are equal steps, and values without logarithm are gaps") {
  const LineChart curve{.title = "norm", .series = {{"a", {0, 1, 2, 3}, {1, 10, 100, -1}}}, .log_y = true};
  CHECK(line_path(curve_figure(curve)) == "M0.0 963.0h0L333.3 500.0L666.7 37.0");
}

TEST_CASE("a curve that leaves the axis says how often") {
  Series series{"a", {}, {}};
  for (int i = 0; i < 1000; ++i) series.x.push_back(i), series.y.push_back(i == 3 ? 1e9 : i % 7);
  CHECK(test::contains(curve_figure({.title = "loss", .series = {series}}), "1 value outside the axis"));
  const std::string html = curve_figure({.title = "loss", .series = {series}});
  CHECK(html.find("outside the axis") < html.find("class=\"plot\""));  // above the curve, not on it
}

TEST_CASE("thinning keeps ends, extremes and gaps, and shortens to about the limit") {
  Series series{"a", {}, {}};
  for (int i = 0; i < 50'000; ++i) series.x.push_back(i), series.y.push_back(std::sin(i * 0.001));
  series.y[12'345] = 7;
  series.y[31'234] = -9;
  series.y[40'000] = kNan;
  const Series thin = thinned(series, 900);
  CHECK(thin.x.size() <= 1000);
  CHECK(thin.x.front() == 0);
  CHECK(thin.x.back() == 49'999);
  CHECK(std::is_sorted(thin.x.begin(), thin.x.end()));
  CHECK(std::count(thin.y.begin(), thin.y.end(), 7) == 1);
  CHECK(std::count(thin.y.begin(), thin.y.end(), -9) == 1);
  CHECK(std::count_if(thin.y.begin(), thin.y.end(), [](double y) { return std::isnan(y); }) == 1);
  CHECK(thinned(thin, 1000).x == thin.x);
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
  CHECK_FALSE(test::contains(html, "<script>"));
  CHECK_FALSE(test::contains(html, "' onload"));
  CHECK(html.find("</figure>") == html.size() - std::string("</figure>\n").size());
}

TEST_CASE("a series of unequal lengths is refused") {
  CHECK_THROWS_AS(curve_figure({.title = "loss", .series = {{"a", {0, 1}, {1}}}}), Error);
}

}  // namespace gradzoo
