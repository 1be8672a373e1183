#include "tools/plot/frame.h"

#include <cmath>

#include <doctest/doctest.h>

#include "base/error.h"

namespace gradzoo {

TEST_CASE("data at the corners of the ranges fall on the corners of the plot, y upwards") {
  const Frame frame(800, 600, {"title", "x", "y", {}}, {{-1, 3}}, {{10, 1000}, true});
  const Rect plot = frame.plot();
  CHECK(frame.at(-1, 10).x == doctest::Approx(plot.x));
  CHECK(frame.at(-1, 10).y == doctest::Approx(plot.y + plot.height));
  CHECK(frame.at(3, 1000).x == doctest::Approx(plot.x + plot.width));
  CHECK(frame.at(3, 1000).y == doctest::Approx(plot.y));
  CHECK(frame.at(1, 100).y == doctest::Approx(plot.y + plot.height / 2));
  CHECK(plot.x > 0);
  CHECK(plot.x + plot.width < 800);
  CHECK(plot.y > 0);
  CHECK(plot.y + plot.height < 600);
}

TEST_CASE("a long legend wraps and takes its room from the plot") {
  const std::vector<LegendEntry> legend(20, {"a series with a long name", {}, LegendEntry::Mark::line});
  const Frame one(800, 800, {"", "", "", {legend[0]}}, {}, {}), many(800, 800, {"", "", "", legend}, {}, {});
  CHECK(many.plot().y > one.plot().y + 100);
}

TEST_CASE("equal units make one unit as long along x as along y") {
  Scale x{{0, 10}}, y{{-1, 1}};
  Frame::equalise_units(1000, 800, x, y);
  const Frame frame(1000, 800, {"title", "x", "y", {}}, x, y);
  const double along_x = frame.at(1, 0).x - frame.at(0, 0).x, along_y = frame.at(0, 0).y - frame.at(0, 1).y;
  CHECK(along_x == doctest::Approx(along_y).epsilon(0.1));
  CHECK((x.range.low <= 0 && x.range.high >= 10 && y.range.low <= -1 && y.range.high >= 1));
}

TEST_CASE("a picture without room for its plot is refused") {
  CHECK_THROWS_AS(Frame(200, 700, {}, {}, {}), Error);
  CHECK_THROWS_AS(Frame(700, 100, {}, {}, {}), Error);
}

}  // namespace gradzoo
