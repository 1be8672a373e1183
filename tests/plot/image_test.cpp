#include "gradzoo/plot/image.h"

#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include "gradzoo/base/error.h"
#include "support/png_decoder.h"
#include "support/scratch.h"

namespace gradzoo {
namespace {

/// Smooth, flat and noisy parts, so that the encoder has reason to choose each row filter.
Image varied_image(int width, int height) {
  Image image{width, height, {}};
  std::uint32_t state = 12345;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        state = state * 1664525U + 1013904223U;
        const int values[] = {0, x * 3 + c, y * 5, x * y / 7 + c * 40, static_cast<int>(state >> 24)};
        image.rgb.push_back(static_cast<std::uint8_t>(values[y * 5 / height]));
      }
    }
  return image;
}

}  // namespace

TEST_CASE("a PNG decodes to the pixels that were encoded") {
  for (const auto& [width, height] : {std::pair{1, 1}, {7, 3}, {64, 100}, {301, 41}}) {
    const Image image = varied_image(width, height);
    const test::PngDecoder decoded(encode_png(image));
    CHECK(decoded.width == width);
    CHECK(decoded.height == height);
    CHECK(decoded.rgb == image.rgb);
  }
}

TEST_CASE("pictures of no size, of too great a size, or with the wrong number of bytes are refused") {
  CHECK_THROWS_AS(encode_png({0, 4, {}}), Error);
  CHECK_THROWS_AS(encode_png({4, -1, {}}), Error);
  CHECK_THROWS_AS(encode_png({2, 2, std::vector<std::uint8_t>(11)}), Error);
  CHECK_THROWS_AS(encode_png({1 << 30, 1 << 30, {}}), Error);
}

TEST_CASE("a written PNG file holds the encoded bytes, and a failure names the path") {
  const Image image = varied_image(16, 16);
  const test::ScratchDirectory scratch;
  write_png(scratch.file("a.png"), image);
  const std::string bytes = test::read_file(scratch.file("a.png"));
  const std::vector<std::uint8_t> expected = encode_png(image);
  CHECK(bytes == std::string(expected.begin(), expected.end()));
  CHECK_THROWS_WITH_AS(write_png(scratch.file("none/a.png"), image),
                       ("cannot write " + scratch.file("none/a.png") +
                        ": No such file or directory. Hint: create the directory first")
                           .c_str(),
                       Error);
}

TEST_CASE("base64 agrees with the test vectors of RFC 4648") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64("fooba") == "Zm9vYmE=");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xff\xfe\xfb") == "//77");
}

}  // namespace gradzoo
