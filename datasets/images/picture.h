#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "datasets/images/picture_header.h"

namespace gradzoo {

using Rgb = std::array<uint8_t, 3>;

/// The colour behind transparent pixels: "white", "black" or six hexadecimal digits ("ff8000"). Throws Error
/// for another word.
Rgb background_colour(const std::string& word);

/// Red, green, blue of each pixel, rows from the top.
struct DecodedPicture {
  int64_t width = 0, height = 0;
  std::vector<uint8_t> rgb;  // (height, width, 3)
};

/// Reads a PNG or JPEG of any kind: 1 to 16 bits (of 16 the upper 8 are kept), palettes, grey, CMYK; turned
/// as its EXIF orientation says, transparent pixels over `background`. Throws Error, which names no file, as
/// read_picture_header does, and where pixels cannot be decoded.
DecodedPicture decode_picture(std::span<const std::byte> file, const Rgb& background,
                              int64_t most_pixels = kMostPixels);

/// Pixels of 4 bytes (red, green, blue, opacity) over `background`, 3 bytes each.
void over_background(const uint8_t* rgba, int64_t pixels, const Rgb& background, uint8_t* rgb);

}  // namespace gradzoo
