#include "plot/arrange.h"

#include <doctest/doctest.h>

#include "plot/palette.h"

namespace gradzoo {
namespace {

Image filled(int width, int height, uint8_t value) {
  return {width, height, std::vector<uint8_t>(static_cast<size_t>(3 * width * height), value)};
}

uint8_t red_at(const Image& image, int x, int y) {
  return image.rgb[static_cast<size_t>(3 * (y * image.width + x))];
}

TEST_CASE("pictures of different sizes stand beside or under each other, paper where there is none") {
  const Image wide = filled(4, 2, 10), tall = filled(1, 3, 20);
  const Image beside = side_by_side(wide, tall), under = stacked(wide, tall);
  REQUIRE(beside.width == 5);
  REQUIRE(beside.height == 3);
  CHECK(beside.rgb.size() == 3 * 5 * 3);
  CHECK(red_at(beside, 3, 1) == 10);
  CHECK(red_at(beside, 4, 2) == 20);
  CHECK(red_at(beside, 3, 2) == kPaper.red);
  REQUIRE(under.width == 4);
  REQUIRE(under.height == 5);
  CHECK(red_at(under, 3, 1) == 10);
  CHECK(red_at(under, 0, 4) == 20);
  CHECK(red_at(under, 1, 2) == kPaper.red);
}

}  // namespace
}  // namespace gradzoo
