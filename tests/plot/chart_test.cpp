#include "gradzoo/plot/chart.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <regex>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "gradzoo/base/error.h"
#include "support/approx.h"
#include "support/error_message.h"
#include "support/html_tags.h"

namespace gradzoo {
namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN();

/// The `d` of the first path between the axes whose class begins so; "" where there is none.
std::string path(const std::string& svg, const std::string& classes) {
  const std::string data = svg.substr(svg.find("class=\"data\""));
  const std::size_t at = data.find("<path class=\"" + classes);
  if (at == std::string::npos) return "";
  const std::size_t begin = data.find("d=\"", at) + 3;
  return data.substr(begin, data.find('"', begin) - begin);
}

/// What a path goes through, as shares of the plot, y upwards: "M0.50 1.00L...".
std::string shares(const SvgChart& chart, const std::string& classes) {
  const std::string d = path(chart.svg, classes);
  static const std::regex kPoint("([ML])([-0-9.]+) ([-0-9.]+)");
  std::string out;
  for (std::sregex_iterator point(d.begin(), d.end(), kPoint), end; point != end; ++point)
    out += fmt::format("{}{:.2f} {:.2f}", (*point)[1].str(), std::stod((*point)[2]) / chart.plot.width,
                       1 - std::stod((*point)[3]) / chart.plot.height);
  return out;
}

std::string line_shares(const LineChart& chart) { return shares(svg_chart(chart), "line"); }

}  // namespace

TEST_CASE("a chart is read aloud by its title, or by what its axes are") {
  const std::vector<Series> series = {{"a", {0, 1}, {0, 1}}};
  CHECK(test::contains(svg_chart({.x_label = "step", .y_label = "loss", .series = series}).svg,
                       "aria-label=\"loss by step\""));
  CHECK(test::contains(
      svg_chart({.title = "the loss", .x_label = "step", .y_label = "loss", .series = series}).svg,
      "aria-label=\"the loss\""));
}

TEST_CASE("a curve runs from the plot's left edge to its right one, high values up, with 4 % of air") {
  CHECK(line_shares({.series = {{"a", {0, 1, 2}, {0, 10, 5}}}}) == "M0.00 0.04L0.50 0.96L1.00 0.50");
  CHECK(shares(svg_chart({.series = {{"a", {0, 1, 2}, {0, 10, 5}}}}), "marks") ==
        "M0.00 0.04M0.50 0.96M1.00 0.50");
}

TEST_CASE("on logarithmic axes equal factors are equal steps, and values without logarithm are gaps") {
  CHECK(line_shares({.series = {{"a", {0, 1, 2, 3}, {1, 10, 100, -1}}}, .log_y = true}) ==
        "M0.00 0.04L0.33 0.50L0.67 0.96");
  CHECK(line_shares({.series = {{"a", {1, 100, 10'000}, {0, 1, 0}}}, .log_x = true}) ==
        "M0.00 0.04L0.50 0.96L1.00 0.04");
}

TEST_CASE("NaN and infinity make gaps, a point between two of them shows, and neither stands in the file") {
  const LineChart chart{
      .series = {{"a", {0, 1, 2, 3, 4}, {1, 2, kNan, 3, std::numeric_limits<double>::infinity()}}}};
  CHECK(line_shares(chart) == "M0.00 0.04L0.25 0.50M0.75 0.96");
  const std::string svg = svg_chart(chart).svg;
  CHECK_FALSE(test::contains(svg, "nan"));
  CHECK_FALSE(test::contains(svg, "inf"));
  for (const LineChart& none : {LineChart{}, LineChart{.series = {{"empty", {}, {}}}},
                                LineChart{.series = {{"nan", {0, 1}, {kNan, kNan}}}, .log_y = true}}) {
    CHECK(test::contains(svg_chart(none).svg, ">no values</text>"));
    CHECK(line_shares(none) == "");
  }
}

TEST_CASE("a band lies between its bounds, in one piece a stretch, a level at its value") {
  const LineChart chart{.series = {{"a", {0, 1, 2, 3}, {1, 1, 1, 1}, {0, 0.5, kNan, 1}, {2, 1.5, 2, 1.5}}},
                        .levels = {{"floor", 0.5}},
                        .y_low = 0,
                        .y_high = 2};
  const SvgChart drawn = svg_chart(chart);
  CHECK(shares(drawn, "band s0") == "M0.00 1.00L0.33 0.75L0.33 0.25L0.00 0.00M1.00 0.75L1.00 0.50");
  CHECK(shares(drawn, "level") == "M0.00 0.25");
  CHECK(test::contains(path(drawn.svg, "level"), fmt::format("H{}", drawn.plot.width)));
  CHECK(test::contains(drawn.svg, ">floor</text>"));
}

TEST_CASE("each series has its pen and its name; one alone has no legend, and points are not joined") {
  LineChart chart{.series = {{"alone", {0, 1}, {0, 1}}}};
  CHECK_FALSE(test::contains(svg_chart(chart).svg, ">alone</text>"));
  chart.series.push_back({.name = "dots", .x = {0, 1}, .y = {1, 0}, .joined = false, .color = 5});
  chart.series.push_back({.name = "dashed", .x = {0, 1}, .y = {1, 1}, .dash = Dash::dashes});
  const SvgChart drawn = svg_chart(chart);
  for (const char* name : {">alone</text>", ">dots</text>", ">dashed</text>"})
    CHECK(test::contains(drawn.svg, name));
  CHECK(shares(drawn, "marks s5") == "M0.00 0.96M1.00 0.04");
  CHECK(path(drawn.svg, "line s5").empty());
  CHECK(shares(drawn, "line s2 dashes") == "M0.00 0.96L1.00 0.96");
}

TEST_CASE("ticks stand where their values are, and a curve that leaves the axis says how often") {
  const SvgChart drawn = svg_chart({.series = {{"a", {0, 10}, {0, 4}}}, .y_low = 0, .y_high = 2});
  const std::regex tick("x=\"([0-9.]+)\" y=\"([0-9.]+)\" class=\"(end|middle)\"[^>]*>([0-9.]+)<");
  int across = 0, up = 0;
  for (std::sregex_iterator at(drawn.svg.begin(), drawn.svg.end(), tick), end; at != end; ++at) {
    const double x = std::stod((*at)[1]), y = std::stod((*at)[2]), value = std::stod((*at)[4]);
    if ((*at)[3] == "end") {
      ++up;
      CHECK(y - 4 == approx(drawn.plot.y + drawn.plot.height * (1 - value / 2)).epsilon(1e-3));
      CHECK(x < drawn.plot.x);
    } else if (value < 10) {
      ++across;
      CHECK(x == approx(drawn.plot.x + drawn.plot.width * value / 10).epsilon(1e-3));
    }
  }
  CHECK((up >= 3 && across >= 3));
  CHECK(test::contains(drawn.svg, ">1 value outside the axis</text>"));
}

TEST_CASE("the names of both axes are centred on them") {
  const SvgChart drawn = svg_chart({.x_label = "across", .y_label = "up", .series = {{"", {0, 1}, {0, 1}}}});
  const auto x_of = [&](const std::string& name) {
    std::smatch at;
    REQUIRE(std::regex_search(drawn.svg, at, std::regex("x=\"([-0-9.]+)\"[^>]*>" + name + "<")));
    return std::stod(at[1]);
  };
  CHECK(x_of("across") == approx(drawn.plot.x + drawn.plot.width / 2).epsilon(1e-3));
  CHECK(x_of("up") ==
        approx(-(drawn.plot.y + drawn.plot.height / 2)).epsilon(1e-3));  // after a turn by -90 degrees
}

TEST_CASE("bars stand on zero, as high as their values, in their places, and a NaN leaves its own empty") {
  const std::string svg = draw_chart(BarChart{.values = {4, kNan, 2, -4}}).bytes;
  const std::regex bar("M([-0-9.]+) ([-0-9.]+)H([-0-9.]+)V([-0-9.]+)H");
  const std::string d = path(svg, "bars s0");
  std::vector<double> left, wide, high, foot;
  for (std::sregex_iterator at(d.begin(), d.end(), bar), end; at != end; ++at) {
    left.push_back(std::stod((*at)[1])), foot.push_back(std::stod((*at)[2]));
    wide.push_back(std::stod((*at)[3]) - left.back()), high.push_back(foot.back() - std::stod((*at)[4]));
  }
  REQUIRE(high.size() == 3);
  CHECK((foot[0] == foot[1] && foot[1] == foot[2]));
  CHECK(high[0] == approx(2 * high[1]).epsilon(0.01));
  CHECK(high[2] == approx(-high[0]).epsilon(0.01));
  CHECK(left[1] - left[0] == approx(2 * wide[0] / 0.72).epsilon(0.01));
  CHECK(left[2] - left[1] == approx(wide[0] / 0.72).epsilon(0.01));
}

TEST_CASE("what bars should be is a line through their middles, and within the axis") {
  const BarChart plain{.values = {1, 2, 1}, .names = {"a", "b", "c"}},
      beside{.values = {1, 2, 1}, .expected = {1, 8, 1}};
  CHECK(path(draw_chart(plain).bytes, "line s1").empty());
  CHECK(test::contains(draw_chart(plain).bytes, ">b</text>"));
  const std::string svg = draw_chart(beside).bytes, d = path(svg, "line s1");
  const std::regex point("[ML]([-0-9.]+) ([-0-9.]+)");
  std::vector<double> x, y;
  for (std::sregex_iterator at(d.begin(), d.end(), point), end; at != end; ++at)
    x.push_back(std::stod((*at)[1])), y.push_back(std::stod((*at)[2]));
  REQUIRE(x.size() == 3);
  CHECK(y[1] > 0);
  CHECK(x[1] - x[0] == approx(x[2] - x[1]).epsilon(0.01));
  CHECK(std::stod(path(svg, "bars s0").substr(1)) < x[0]);
  CHECK(test::contains(svg, ">expected from the exact distribution</text>"));
}

TEST_CASE("a long legend wraps and takes its room from the plot; a long label is written smaller") {
  LineChart chart{.y_label = "nats", .series = std::vector<Series>(2), .height = 600};
  const auto name = [](LineChart c) {
    for (Series& series : c.series) series.name = "a series with a long name";
    return svg_chart(c);
  };
  const double alone = name(chart).plot.y;
  chart.series.resize(20);
  CHECK(name(chart).plot.y > alone + 80);
  CHECK(test::contains(name(chart).svg, "font-size:13.0px\">nats"));
  chart.y_label = std::string(120, 'n');
  CHECK_FALSE(test::contains(name(chart).svg, "font-size:13.0px"));
}

TEST_CASE("the file stands alone: it is XML, has both palettes, and hostile names stay text") {
  const std::string hostile = "</svg><script>alert(\"x\")</script>' onload='y\x01";
  const std::string svg = draw_chart(LineChart{.title = hostile,
                                               .x_label = hostile,
                                               .y_label = hostile,
                                               .series = {{hostile, {0, 1}, {1, 2}}, {"b\xFF", {0}, {1}}},
                                               .levels = {{hostile, 1}}})
                              .bytes;
  CHECK(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  CHECK(test::contains(svg, "@media(prefers-color-scheme:dark)"));
  CHECK(test::is_well_nested(svg));
  for (const char* bad : {"<script>", "' onload", "\x01", "\xFF"}) CHECK_FALSE(test::contains(svg, bad));
}

TEST_CASE("charts stand side by side in one file") {
  LineChart chart{.series = {{"a", {0, 1}, {1, 2}}}, .width = 400, .height = 300};
  LineChart higher = chart;
  higher.height = 350;
  const Drawing all = side_by_side(std::vector{chart, higher, chart});
  CHECK(all.ending == ".svg");
  CHECK(test::contains(all.bytes, "viewBox=\"0 0 1200 350\""));
  for (const char* x : {"0", "400", "800"})
    CHECK(test::contains(all.bytes, fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" x=\"{}\"", x)));
  CHECK(test::is_well_nested(all.bytes));
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

TEST_CASE("charts of numbers at the ends of double are drawn, within or beside the axis") {
  const double least = 5e-324, most = std::numeric_limits<double>::max();
  CHECK(line_shares({.series = {{"a", {0, 1, 2}, {1e-200, 1, 1e200}}}, .log_y = true}) ==
        "M0.00 0.04L0.50 0.50L1.00 0.96");
  for (const std::vector<double>& y : {std::vector<double>{least},
                                       {least, 1},
                                       {least, most},
                                       {-most, most},
                                       {least, -least},
                                       {most, kNan}}) {
    std::vector<double> x;
    for (size_t i = 0; i < y.size(); ++i) x.push_back(y[y.size() - 1 - i]);
    for (int logs = 0; logs < 4; ++logs) {
      const LineChart chart{.series = {{"a", x, y, y, y}}, .log_x = logs % 2 > 0, .log_y = logs > 1};
      for (const std::string& text : {svg_chart(chart).svg, draw_chart(BarChart{.values = y}).bytes}) {
        CAPTURE(text);
        CHECK_FALSE(test::contains(text, "nan"));
        CHECK_FALSE(test::contains(text, "inf"));
      }
    }
  }
}

TEST_CASE("lengths that disagree and axes that cannot be are refused with a sentence") {
  CHECK_THROWS_AS(draw_chart(LineChart{.series = {{"a", {0, 1}, {1}}}}), Error);
  CHECK_THROWS_AS(draw_chart(LineChart{.series = {{"a", {0, 1}, {1, 2}, {0}, {3}}}}), Error);
  CHECK_THROWS_AS(draw_chart(LineChart{.y_low = 2, .y_high = 1}), Error);
  CHECK_THROWS_AS(draw_chart(LineChart{.log_y = true, .y_low = 0}), Error);
  CHECK_THROWS_AS(draw_chart(LineChart{.width = 100}), Error);
  CHECK_THROWS_AS(draw_chart(BarChart{.values = {1, 2}, .names = {"a"}}), Error);
  CHECK_THROWS_AS(draw_chart(BarChart{.values = {1, 2}, .expected = {1}}), Error);
}

}  // namespace gradzoo
