#include "gradzoo/plot/canvas.h"

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/base/error.h"
#include "support/approx.h"

namespace gradzoo {
namespace {

constexpr Color kBlack{0, 0, 0}, kWhite{255, 255, 255};

/// Ink of a white drawing on black, in pixels.
double ink(const Image& image) {
  double sum = 0;
  for (const std::uint8_t value : image.rgb) sum += value;
  return sum / (3 * 255);
}

int red_of(const Image& image, int x, int y) {
  return image.rgb[3 * static_cast<std::size_t>(y * image.width + x)];
}

}  // namespace

TEST_CASE("a rectangle inks its area, whole pixels fully and cut ones by their share") {
  Canvas canvas(20, 20, kBlack);
  canvas.fill_rect({2.5, 3, 4, 5.25}, kWhite);
  const Image image = canvas.take();
  CHECK(ink(image) == approx(4 * 5.25).epsilon(0.01));
  CHECK(red_of(image, 3, 3) == 255);
  CHECK(red_of(image, 2, 3) == 128);
  CHECK(red_of(image, 1, 3) == 0);
}

TEST_CASE("a disc and a line ink the areas of a disc and of a line with round ends") {
  Canvas disc(60, 60, kBlack);
  disc.fill_circle({30.3, 29.8}, 20, kWhite);
  CHECK(ink(disc.take()) == approx(std::numbers::pi * 400).epsilon(0.005));

  Canvas line(120, 120, kBlack);
  const std::vector<Point> points{{10, 20}, {100, 90}};
  line.stroke(points, {.width = 6, .color = kWhite});
  const double expected = 6 * std::hypot(90, 70) + std::numbers::pi * 9;
  CHECK(ink(line.take()) == approx(expected).epsilon(0.01));
}

TEST_CASE("a translucent line that crosses itself is blended once") {
  Canvas canvas(40, 40, kBlack);
  const std::vector<Point> cross{{5, 20.5}, {35, 20.5}, {20.5, 20.5}, {20.5, 5}, {20.5, 35}};
  canvas.stroke(cross, {.width = 3, .color = kWhite, .opacity = 0.5});
  const Image image = canvas.take();
  CHECK(red_of(image, 20, 20) == 128);
  CHECK(red_of(image, 10, 20) == 128);
}

TEST_CASE("nothing is drawn outside the clip, outside the picture, or at a point that is not finite") {
  const double nan = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();
  Canvas canvas(30, 30, kBlack);
  canvas.set_clip({10, 10, 5, 5});
  canvas.fill_rect({0, 0, 30, 30}, kWhite);
  canvas.fill_circle({-100, 1e9}, 50, kWhite);
  canvas.clear_clip();
  canvas.fill_circle({nan, 3}, 5, kWhite);
  canvas.fill_rect({0, infinity, 3, 3}, kWhite);
  const std::vector<Point> broken{{nan, 1}, {infinity, 2}};
  canvas.stroke(broken, {.width = 2, .color = kWhite});
  const std::vector<Point> away{{-50, -50}, {-60, -70}};
  canvas.stroke(away, {.width = 2, .color = kWhite});
  CHECK(ink(canvas.take()) == 25);
}

TEST_CASE("a point that is not finite makes a gap in a line") {
  Canvas canvas(100, 9, kBlack);
  const std::vector<Point> line{
      {10, 4.5}, {40, 4.5}, {std::numeric_limits<double>::quiet_NaN(), 4.5}, {60, 4.5}, {90, 4.5}};
  canvas.stroke(line, {.width = 1, .color = kWhite});
  const Image image = canvas.take();
  CHECK(red_of(image, 30, 4) == 255);
  CHECK(red_of(image, 50, 4) == 0);
  CHECK(red_of(image, 75, 4) == 255);
}

TEST_CASE("a canvas without a sensible size is refused") {
  CHECK_THROWS_AS(Canvas(0, 10, kBlack), Error);
  CHECK_THROWS_AS(Canvas(10, 1 << 20, kBlack), Error);
}

}  // namespace gradzoo
