#include "plot/frame.h"

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
  const std::vector<LegendEntry> legend(20, {"a series with a long name", {}, LegendEntry::Mark::line, {}});
  const Frame one(800, 800, {"", "", "", {legend[0]}}, {}, {}), many(800, 800, {"", "", "", legend}, {}, {});
  CHECK(many.plot().y > one.plot().y + 100);
}

TEST_CASE("a label that is longer than its axis is written smaller, and stays beside the plot") {
  const std::string label = "bars are what differences found; the line is Leibniz's rule; autodiff sees 0";
  Frame frame(900, 480, {"title", "", label, {{"legend", {}, LegendEntry::Mark::line, {}}}}, {}, {});
  const Rect plot = frame.plot();
  const Image image = frame.finish();
  const auto ink_above = [&](double from, double to) {
    int found = 0;
    for (int y = static_cast<int>(from); y < static_cast<int>(to); ++y)
      for (int x = 24; x < 40; ++x)
        found += image.rgb[3 * static_cast<std::size_t>(y * image.width + x)] < 200;
    return found;
  };
  CHECK(ink_above(plot.y, plot.y + plot.height) > 100);
  CHECK(ink_above(plot.y - 8, plot.y - 2) == 0);
  CHECK(ink_above(plot.y + plot.height + 2, image.height) == 0);
}

TEST_CASE(
    "dashes cover about half of a line, in pieces that do not touch, and leave gaps where it has some") {
  const std::vector<Point> line = {{0, 0}, {3, 4}, {60, 4}, {NAN, 0}, {100, 0}, {130, 0}};
  CHECK(dashed(line, Dash::none).size() == 1);
  for (const Dash dash : {Dash::dashes, Dash::dots}) {
    double drawn = 0, last = -INFINITY;
    for (const std::vector<Point>& piece : dashed(line, dash)) {
      CHECK(piece.front().x > last + 3);
      CHECK_FALSE((piece.back().x > 60 && piece.front().x < 100));
      for (std::size_t i = 0; i + 1 < piece.size(); ++i)
        drawn += std::hypot(piece[i + 1].x - piece[i].x, piece[i + 1].y - piece[i].y);
      last = piece.back().x;
    }
    CHECK(drawn / 92 == doctest::Approx(dash == Dash::dashes ? 8.0 / 15 : 0.5 / 7).epsilon(0.2));
  }
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
