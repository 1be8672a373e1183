#include "gradzoo/plot/plane.h"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "gradzoo/base/error.h"
#include "gradzoo/plot/chart.h"
#include "support/approx.h"

namespace gradzoo {
namespace {

constexpr Color kBlank{255, 255, 255};
const double kNaN = std::numeric_limits<double>::quiet_NaN();

Color pixel(const Image& image, Point p) {
  const auto at = 3 * static_cast<std::size_t>(static_cast<int>(p.y) * image.width + static_cast<int>(p.x));
  return {image.rgb[at], image.rgb[at + 1], image.rgb[at + 2]};
}

/// Where (x, y) of a view is drawn.
Point place(const PlaneView& view, Rect plot, double x, double y) {
  return {plot.x + (x - view.x.low) / (view.x.high - view.x.low) * plot.width,
          plot.y + (view.y.high - y) / (view.y.high - view.y.low) * plot.height};
}

int darkness(Color c) { return 765 - c.red - c.green - c.blue; }

/// Sum of darkness over the pixels within `reach` of a point.
int darkness_near(const Image& image, Point p, int reach) {
  int sum = 0;
  for (int j = -reach; j <= reach; ++j)
    for (int i = -reach; i <= reach; ++i) sum += darkness(pixel(image, {p.x + i, p.y + j}));
  return sum;
}

Field flat(std::int64_t rows, std::int64_t columns, double value) {
  return {rows, columns, std::vector<double>(static_cast<std::size_t>(rows * columns), value)};
}

}  // namespace

TEST_CASE("a density is darkest where it is highest, with row 0 at the bottom") {
  PlaneView view{.title = "peak", .density = flat(20, 20, 0)};
  view.density.values[17 * 20 + 4] = 5;  // its centre is (-0.55, 0.75)
  const Image image = draw_planes({view});
  const Rect plot = lay_out({view}, true).plots[0];
  CHECK(pixel(image, place(view, plot, -0.55, 0.75)) == density_color(1));
  CHECK(pixel(image, place(view, plot, 0.55, 0.75)) == kBlank);
  CHECK(pixel(image, place(view, plot, -0.55, -0.75)) == kBlank);
}

TEST_CASE("views share one scale of colours, and a spike does not blank its neighbour") {
  const PlaneView low{.density = flat(5, 5, 1)}, high{.density = flat(5, 5, 4)};
  PlaneView spike{.density = flat(5, 5, 0)};
  spike.density.values[12] = 1000;
  const auto middle_of_first = [](const PlaneView& first, const PlaneView& second) {
    const Image image = draw_planes({first, second});
    return pixel(image, place(first, lay_out({first, second}, true).plots[0], 0, 0));
  };
  CHECK(middle_of_first(high, low) == density_color(1));
  CHECK(middle_of_first(low, high) == density_color(0.5));  // the square root of 1/4
  CHECK(darkness(middle_of_first(low, spike)) > darkness(density_color(0.35)));
}

TEST_CASE("contours of a round density are drawn where its regions end") {
  PlaneView view{.x = {-4, 4}, .y = {-4, 4}, .contours = {200, 200, {}}};
  for (int row = 0; row < 200; ++row)
    for (int column = 0; column < 200; ++column) {
      const double x = (column + 0.5) / 25 - 4, y = (row + 0.5) / 25 - 4;
      view.contours.values.push_back(std::exp(-(x * x + y * y) / 2));
    }
  const Image image = draw_planes({view});
  const Rect plot = lay_out({view}, false).plots[0];
  const double diagonal = std::sqrt(0.5);  // away from the grid of the ticks
  for (const double share : {0.5, 0.9, 0.99}) {
    const double radius = std::sqrt(-2 * std::log(1 - share)) * diagonal;
    CHECK(darkness_near(image, place(view, plot, radius, radius), 2) > 300);
  }
  CHECK(darkness_near(image, place(view, plot, 2.7, 2.7), 2) == 0);
}

TEST_CASE("labelled points have the colour of their class and its name at its median, in a larger picture") {
  PlaneView view;
  CHECK(lay_out({view}, false).height <= 500);
  for (int i = 0; i < 9; ++i) view.points.push_back({-0.5, -0.8 + 0.1 * i}), view.labels.push_back(0);
  view.points.push_back({0.5, 0.5}), view.labels.push_back(9);
  const Rect plot = lay_out({view}, false).plots[0];
  CHECK(plot.height > 500);
  const Image image = draw_planes({view});
  const auto near_class = [&](Point p, std::size_t label) {
    int found = 0;
    for (int y = -4; y <= 4; ++y)
      for (int x = -4; x <= 4; ++x) {
        const Color c = pixel(image, {p.x + x, p.y + y}), full = class_color(label);
        const auto tint = [](int value) { return static_cast<int>(std::lround(255 + 0.7 * (value - 255))); };
        found += std::abs(c.red - tint(full.red)) + std::abs(c.green - tint(full.green)) +
                             std::abs(c.blue - tint(full.blue)) <
                         12
                     ? 1
                     : 0;
      }
    return found;
  };
  CHECK(near_class(place(view, plot, -0.5, 0), 0) > 20);
  CHECK(near_class(place(view, plot, -0.5, -0.8), 0) > 20);
  CHECK(near_class(place(view, plot, -0.5, -0.4), 0) == 0);  // under the name, at the median
  CHECK(darkness_near(image, place(view, plot, -0.5, -0.4), 8) > 1000);
  CHECK(darkness_near(image, place(view, plot, 0.5, 0.5), 8) > 1000);
  view.labels.pop_back();
  CHECK_THROWS_AS(draw_planes({view}), Error);
  view.labels.push_back(-1);
  CHECK_THROWS_AS(draw_planes({view}), Error);
}

TEST_CASE("an arrow runs from its tail along its vector, upwards for a positive y") {
  PlaneView view{.arrows = {{{0.3, 0.3}, {0, 2}}}};
  const Image image = draw_planes({view});
  const Rect plot = lay_out({view}, false).plots[0];
  const Point tail = place(view, plot, 0.3, 0.3);
  CHECK(darkness_near(image, {tail.x, tail.y - 30}, 2) > 1000);
  for (const Point away : {Point{tail.x, tail.y + 30}, {tail.x - 30, tail.y}, {tail.x + 30, tail.y}})
    CHECK(darkness_near(image, away, 2) == 0);
}

TEST_CASE("a long arrow is longer than a short one, but not in proportion") {
  PlaneView view;
  for (int i = 0; i < 16; ++i) {
    const double size = i == 5 ? 1 : i == 10 ? 1e6 : 10;
    view.arrows.push_back({{-0.8 + 0.4 * (i % 4), -0.8 + 0.4 * (i / 4)}, {size, 0}});
  }
  const Image image = draw_planes({view});
  const Rect plot = lay_out({view}, false).plots[0];
  const auto drawn = [&](std::size_t i) {
    const Point tail = place(view, plot, view.arrows[i].tail.x, view.arrows[i].tail.y);
    int length = 0;
    for (int step = 1; step < 80; ++step)
      length += darkness_near(image, {tail.x + step, tail.y}, 1) > 1500 ? 1 : 0;
    return length;
  };
  CHECK(drawn(5) < drawn(6));
  CHECK(drawn(5) > 3);
  CHECK(drawn(10) <= drawn(6) + 1);
}

TEST_CASE("arrows end before the next tail, wherever on the plane they are crowded") {
  PlaneView sparse, crowded;
  for (int i = 0; i < 9; ++i) {
    sparse.arrows.push_back({{-0.8 + 0.8 * (i % 3), -0.8 + 0.8 * (i / 3)}, {1, 0}});
    crowded.arrows.push_back({{-0.1 + 0.1 * (i % 3), -0.1 + 0.1 * (i / 3)}, {1, 0}});
  }
  CHECK(arrow_scale({crowded}, 200).length == approx(0.95 * 0.1 * 200));
  CHECK(arrow_scale({sparse}, 200).length == 60);  // long ones are no easier to read
  CHECK(arrow_scale({sparse, crowded}, 200).length == arrow_scale({crowded}, 200).length);
  CHECK(arrow_scale({PlaneView{.arrows = {{{0, 0}, {0, 0}}}}}, 200).length == 0);
}

TEST_CASE("dots are drawn in their places, and those outside are counted, not drawn") {
  PlaneView view{.points = {{0.55, -0.35}}};
  const Rect plot = lay_out({view}, false).plots[0];
  const Image inside = draw_planes({view});
  CHECK(darkness_near(inside, place(view, plot, 0.55, -0.35), 2) > 3000);
  view.points.insert(view.points.end(), {{7, 0}, {kNaN, 0}});
  const Image with_remark = draw_planes({view});
  CHECK(with_remark.rgb != inside.rgb);
}

TEST_CASE("a path is drawn between its points in a class's colour, with a dot at its first") {
  PlaneView view{.paths = {{}, {{-0.55, -0.35}, {0.65, -0.35}, {0.65, 0.45}}}};
  const Rect plot = lay_out({view}, false).plots[0];
  const Image image = draw_planes({view});
  const auto color_at = [&](double x, double y) { return pixel(image, place(view, plot, x, y)); };
  CHECK(color_at(-0.55, -0.35) == class_color(1));
  CHECK(darkness_near(image, place(view, plot, 0.05, -0.35), 1) > 600);
  CHECK(darkness_near(image, place(view, plot, 0.65, 0.05), 1) > 600);
  CHECK(color_at(0.05, 0.05) == kBlank);  // it is not closed
  const auto around = [&](double x, double y) { return darkness_near(image, place(view, plot, x, y), 4); };
  CHECK(around(-0.55, -0.35) > 1.5 * around(0.65, 0.45));
}

TEST_CASE("a probability's colours go from 0 to 1, whatever values there are") {
  const auto shade = [](double value, double beside) {
    const PlaneView view{.density = flat(4, 4, value), .probability = true};
    const PlaneView other{.density = flat(4, 4, beside), .probability = true};
    return pixel(draw_planes({view, other}), place(view, lay_out({view, other}, true).plots[0], -0.5, -0.5));
  };
  CHECK(shade(0.5, 0.5) == shade(0.5, 1));
  CHECK(shade(0.5, 0.1) == density_color(0.5));
  CHECK(shade(1, 0) == density_color(1));
}

TEST_CASE("what is empty or not finite is left out, and undefined density is grey") {
  CHECK_NOTHROW(draw_planes({PlaneView{}}));
  PlaneView view{.density = flat(4, 4, kNaN), .contours = flat(4, 4, kNaN), .points = {{kNaN, kNaN}}};
  view.arrows = {{{0, 0}, {kNaN, 1}}, {{kNaN, 0}, {1, 1}}, {{0.5, 0.5}, {0, 0}}};
  const Image image = draw_planes({view, PlaneView{.density = flat(4, 4, 0)}});
  const Color undefined = pixel(image, place(view, lay_out({view}, false).plots[0], -0.5, -0.5));
  CHECK(undefined.red == undefined.green);
  CHECK(undefined.red == undefined.blue);
  CHECK(undefined != kBlank);
}

TEST_CASE("units are equal along both axes and in all views, and pictures stay within their bounds") {
  for (std::size_t count : {1u, 2u, 3u, 4u}) {
    std::vector<PlaneView> views(count, PlaneView{.x = {-3, 3}, .y = {-2, 2}});
    views[0].x = {-1, 1};
    const PlaneLayout layout = lay_out(views, true);
    CHECK(layout.width <= 1400);
    CHECK(layout.height <= 500);
    const double unit = layout.plots[0].width / 2;
    for (std::size_t i = 0; i < count; ++i) {
      CHECK(layout.plots[i].height == approx(4 * unit).epsilon(0.01));
      CHECK(layout.plots[i].width == approx((i == 0 ? 2 : 6) * unit).epsilon(0.01));
    }
  }
  const PlaneLayout two_rows = lay_out(std::vector<PlaneView>(6), false);
  CHECK(two_rows.plots[4].y > two_rows.plots[0].y + two_rows.plots[0].height);
  CHECK(two_rows.plots[4].x == two_rows.plots[0].x);
}

TEST_CASE("views that cannot be drawn are refused with a sentence") {
  CHECK_THROWS_AS(draw_planes({}), Error);
  CHECK_THROWS_AS(draw_planes({PlaneView{.x = {1, 1}}}), Error);
  CHECK_THROWS_AS(draw_planes({PlaneView{.x = {1, -1}}}), Error);
  CHECK_THROWS_AS(draw_planes({PlaneView{.y = {0, kNaN}}}), Error);
  CHECK_THROWS_AS(draw_planes({PlaneView{.x = {0, 1}, .y = {0, 11}}}), Error);
  CHECK_THROWS_AS(draw_planes({PlaneView{.density = {2, 2, {1}}}}), Error);
}

}  // namespace gradzoo
