#include "plot/grid.h"

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

using Pixel = std::array<int, 3>;

Pixel pixel(const Image& image, std::int64_t x, std::int64_t y) {
  const auto at = 3 * static_cast<std::size_t>(y * image.width + x);
  return {image.rgb[at], image.rgb[at + 1], image.rgb[at + 2]};
}

Pixel grey(float value) {
  const int level = static_cast<int>(std::lround(value * 255));
  return {level, level, level};
}

/// count tiles of 3 x 2 with a value of their own in every pixel.
std::vector<float> numbered_tiles(std::int64_t count) {
  std::vector<float> pixels;
  for (std::int64_t i = 0; i < count * 6; ++i)
    pixels.push_back(static_cast<float>(i) / static_cast<float>(count * 6));
  return pixels;
}

}  // namespace

TEST_CASE("every pixel of every tile stands as a block of scale x scale at its tile's position") {
  const std::vector<float> pixels = numbered_tiles(7);
  const GridOptions options{.columns = 3, .scale = 4, .gap = 5, .margin = 6};
  const Image image = image_grid(pixels, 3, 2, options);
  CHECK(image.width == 2 * 6 + 3 * 8 + 2 * 5);
  CHECK(image.height == 2 * 6 + 3 * 12 + 2 * 5);
  for (std::int64_t tile = 0; tile < 7; ++tile) {
    const TilePosition at = tile_position(tile, 3, 2, options);
    CHECK(at == TilePosition{6 + tile % 3 * 13, 6 + tile / 3 * 17});
    for (std::int64_t y = 0; y < 12; ++y)
      for (std::int64_t x = 0; x < 8; ++x) {
        const auto source = static_cast<std::size_t>(tile * 6 + y / 4 * 2 + x / 4);
        REQUIRE(pixel(image, at.x + x, at.y + y) == grey(pixels[source]));
      }
  }
}

TEST_CASE("three numbers of a pixel are its red, green and blue, each in its place") {
  const std::vector<float> pixels{1,    0,    0,    0, 1, 0,   // red, green
                                  0.2F, 0.4F, 0.6F, 0, 0, 1};  // a blue grey, blue
  const GridOptions options{.columns = 1, .scale = 2, .channels = 3, .gap = 3, .margin = 1};
  const Image image = image_grid(pixels, 1, 2, options);
  CHECK(image.width == 2 + 4);
  CHECK(image.height == 2 + 2 * 2 + 3);
  CHECK(pixel(image, 1, 1) == Pixel{255, 0, 0});
  CHECK(pixel(image, 2, 2) == Pixel{255, 0, 0});
  CHECK(pixel(image, 3, 1) == Pixel{0, 255, 0});
  CHECK(pixel(image, 1, 6) == Pixel{51, 102, 153});
  CHECK(pixel(image, 4, 7) == Pixel{0, 0, 255});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(pixel(image_grid(std::vector{0.5F, nan, 0.5F}, 1, 1, {.scale = 1, .channels = 3, .margin = 0}), 0,
              0) == Pixel{220, 40, 40});
  CHECK_THROWS_AS(image_grid(pixels, 1, 2, {.channels = 2}), Error);
  CHECK_THROWS_AS(image_grid(std::vector<float>(8), 1, 2, {.channels = 3}), Error);  // no whole pixels
}

TEST_CASE("zero is black, one is white, values beyond are clamped and NaN cannot pass for either") {
  const std::vector<float> pixels{0, 1, -3, 7, std::numeric_limits<float>::quiet_NaN(), 0.5F};
  const Image image = image_grid(pixels, 1, 6, {.scale = 1, .margin = 0});
  CHECK(pixel(image, 0, 0) == Pixel{0, 0, 0});
  CHECK(pixel(image, 1, 0) == Pixel{255, 255, 255});
  CHECK(pixel(image, 2, 0) == Pixel{0, 0, 0});
  CHECK(pixel(image, 3, 0) == Pixel{255, 255, 255});
  CHECK(pixel(image, 4, 0)[0] > pixel(image, 4, 0)[1] + 100);
  CHECK(pixel(image, 5, 0) == grey(0.5F));
}

TEST_CASE("groups of rows stand further apart") {
  const GridOptions plain{.columns = 4, .scale = 1, .gap = 2, .margin = 0};
  GridOptions grouped = plain;
  grouped.rows_per_group = 1;
  CHECK(tile_position(1, 3, 2, grouped) == tile_position(1, 3, 2, plain));
  CHECK(tile_position(4, 3, 2, grouped).y > tile_position(4, 3, 2, plain).y);
}

TEST_CASE("row labels leave every tile's pixels as they are") {
  const std::vector<float> pixels(4 * 6, 1.0F);
  const GridOptions options{.columns = 2, .scale = 3, .gap = 2, .margin = 8, .row_labels = {"one", "two"}};
  const Image image = image_grid(pixels, 3, 2, options);
  for (std::int64_t i = 0; i < 4; ++i) {
    const TilePosition at = tile_position(i, 3, 2, options);
    for (std::int64_t y = 0; y < 9; ++y)
      for (std::int64_t x = 0; x < 6; ++x) REQUIRE(pixel(image, at.x + x, at.y + y) == Pixel{255, 255, 255});
  }
}

TEST_CASE("sizes that do not fit are refused with a sentence") {
  const std::vector<float> pixels(12);
  CHECK_THROWS_AS(image_grid({}, 3, 2), Error);
  CHECK_THROWS_AS(image_grid(pixels, 5, 2), Error);
  CHECK_THROWS_AS(image_grid(pixels, 3, 2, {.columns = 0}), Error);
  CHECK_THROWS_AS(image_grid(pixels, 3, 2, {.scale = 100'000}), Error);
}

}  // namespace gradzoo
