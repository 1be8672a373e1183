#include "plot/font.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "plot/glyphs.h"
#include "support/approx.h"

namespace gradzoo {
namespace {

constexpr Color kInk{0, 0, 0}, kPaper{255, 255, 255};

struct Extent {
  int left = 1 << 20, right = -1, top = 1 << 20, bottom = -1;
};

Extent inked(const Image& image) {
  Extent extent;
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x) {
      if (image.rgb[3 * static_cast<std::size_t>(y * image.width + x)] < 100) continue;
      extent = {std::min(extent.left, x), std::max(extent.right, x), std::min(extent.top, y),
                std::max(extent.bottom, y)};
    }
  return extent;
}

Image drawn(const std::string& text, TextStyle style, Point origin = {200, 100}) {
  Canvas canvas(400, 200, kInk);
  style.color = kPaper;
  draw_text(canvas, origin, text, style);
  return canvas.take();
}

}  // namespace

TEST_CASE("the table holds every printable ASCII letter in order, and no two look alike") {
  std::set<std::vector<std::uint8_t>> pictures;
  for (std::size_t i = 0; i < std::size(kGlyphs); ++i) {
    CHECK(kGlyphs[i].letter == static_cast<char>(32 + i));
    pictures.insert(drawn(std::string(1, kGlyphs[i].letter), {.size = 12}).rgb);
  }
  CHECK(pictures.size() == std::size(kGlyphs));
}

TEST_CASE("text fills its measured width and stands on its baseline with capitals of the asked height") {
  const std::string text = "HEIGHTH";
  for (const double size : {9.0, 12.0, 20.0}) {
    const Extent extent = inked(drawn(text, {.size = size}));
    CHECK(extent.right - extent.left == approx(text_width(text, size)).epsilon(0.03));
    CHECK(extent.bottom == approx(100).epsilon(0.02));
    CHECK(extent.bottom - extent.top == approx(size).epsilon(0.2));
  }
}

TEST_CASE("anchors put the left end, the middle or the right end at the origin") {
  const double width = text_width("HHH", 12);
  CHECK(inked(drawn("HHH", {.size = 12})).left == approx(200).epsilon(0.01));
  CHECK(inked(drawn("HHH", {.size = 12, .anchor = Anchor::middle})).left ==
        approx(200 - width / 2).epsilon(0.01));
  CHECK(inked(drawn("HHH", {.size = 12, .anchor = Anchor::right})).right == approx(200).epsilon(0.01));
}

TEST_CASE("a character that is not printable ASCII is one question mark, however many bytes it has") {
  CHECK(drawn("a\xE2\x82\xAC z\n", {.size = 12}).rgb == drawn("a? z?", {.size = 12}).rgb);
  CHECK(text_width("", 12) == 0);
}

}  // namespace gradzoo
