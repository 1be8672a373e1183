#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/base/plain_file.h"

namespace gradzoo {

/// 8-bit sRGB picture, rows from the top: rgb has height * width * 3 bytes.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;
};

/// The bytes of a PNG file. Throws Error if a side is not positive, if rgb has another size, or above 2^28
/// bytes.
std::vector<std::uint8_t> encode_png(const Image& image);

/// Writes `image` as a PNG, atomically. Throws Error with the path and the reason; nothing is left
/// half-written.
void write_png(const std::string& path, const Image& image, Links links = Links::follow);

/// RFC 4648 base64 with padding, for `data:` URIs.
std::string base64(std::string_view bytes);

}  // namespace gradzoo
