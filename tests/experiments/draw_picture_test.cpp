#include "gradzoo/experiments/draw_picture.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/error.h"
#include "support/error_message.h"
#include "support/png_decoder.h"

using namespace gradzoo;

namespace {

test::PngDecoder drawn(const Picture& picture) {
  const Drawing drawing = draw_picture(picture);
  REQUIRE(drawing.ending == ".png");
  return test::PngDecoder(drawing.bytes);
}

}  // namespace

TEST_CASE("A grid of images shows each pixel in its place") {
  Tensor pixels = zeros({3, 4, 5});
  pixels.mutable_data<float>()[2 * 20 + 1 * 5 + 3] = 1.0f;  // image 2, row 1, column 3
  const test::PngDecoder image = drawn({"grid", "", ImageGrid{pixels, 2}});
  int white = 0, left = image.width, top = image.height;
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x) {
      if (image.rgb[3 * (static_cast<size_t>(y) * static_cast<size_t>(image.width) +
                         static_cast<size_t>(x))] != 255)
        continue;
      ++white;
      left = std::min(left, x);
      top = std::min(top, y);
    }
  CHECK(white == 64);                   // one pixel, drawn 8 x 8: small tiles are drawn large
  CHECK(left == 8 + 8 * 3);             // margin, column
  CHECK(top == 8 + 8 * 4 + 2 + 8 * 1);  // margin, the first row of tiles, gap, row
}

TEST_CASE("A grid of coloured images shows their colours, and large ones as they are") {
  Tensor pixels = zeros({1, 64, 64, 3});
  for (int64_t i = 0; i < 64 * 64; ++i) pixels.mutable_data<float>()[3 * i + 1] = 1.0f;
  const test::PngDecoder image = drawn({"grid", "", ImageGrid{pixels, 1}});
  CHECK(image.width == 64 + 2 * 8);
  const size_t middle = 3 * static_cast<size_t>(image.width * 40 + 40);
  CHECK(image.rgb[middle] == 0);
  CHECK(image.rgb[middle + 1] == 255);
  CHECK(image.rgb[middle + 2] == 0);
}

TEST_CASE("Every kind of picture is drawn, in f32 and f64") {
  for (DType dtype : {DType::f32, DType::f64}) {
    const Picture grid{"grid", "", ImageGrid{zeros({4, 3, 3}, dtype), 2, {"above", "below"}}};
    const Picture points{"points", "", Scatter{zeros({5, 2}, dtype), zeros({5}, DType::i64), "x", "y"}};
    CHECK(drawn(grid).width > 12);
    CHECK(drawn(points).width > 200);
  }
  const Drawing bars = draw_picture({"bars_of_it", "", Bars{{1, 2, 3}, "dimension", "high"}});
  CHECK(bars.ending == ".svg");
  for (const char* text : {">bars of it</text>", ">dimension</text>", ">high</text>"})
    CHECK(test::contains(bars.bytes, text));
}

TEST_CASE("Planes are drawn side by side from whatever of them is defined, in f32 and f64") {
  for (DType dtype : {DType::f32, DType::f64}) {
    Plane plane{.title = "one"};
    const test::PngDecoder alone = drawn({"plane", "", Planes{{plane}}});
    plane.density = ones({3, 4}, dtype);
    plane.contours = ones({5, 5}, dtype);
    plane.points = zeros({7, 2}, dtype);
    plane.arrow_tails = zeros({2, 2}, dtype);
    plane.arrows = ones({2, 2}, dtype);
    plane.paths = zeros({3, 5, 2}, dtype);
    CHECK(drawn({"plane", "", Planes{{plane, plane}}}).width > 1.5 * alone.width);
  }
}

TEST_CASE("A plane whose shapes disagree is refused") {
  const auto draw = [](Plane plane) { return draw_picture({"plane", "", Planes{{std::move(plane)}}}); };
  CHECK_THROWS_AS(draw({.title = "flat", .density = ones({9})}), Error);
  CHECK_THROWS_AS(draw({.title = "in space", .points = ones({9, 3})}), Error);
  CHECK_THROWS_AS(draw({.title = "no tails", .arrows = ones({9, 2})}), Error);
  CHECK_THROWS_AS(draw({.title = "one path", .paths = ones({9, 2})}), Error);
  CHECK_THROWS_AS(draw({.title = "paths in space", .paths = ones({2, 9, 3})}), Error);
  CHECK_THROWS_AS(draw_picture({"none", "", Planes{}}), Error);
}
