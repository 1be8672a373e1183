#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/base/plain_file.h"

namespace gradzoo {

/// An 8-bit sRGB picture with the top row first: rgb has height * width * 3 bytes.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;
};

/// Returns the bytes of a PNG file. Throws Error if a side is not positive, or if rgb has a wrong size or
/// more than 2^28 bytes.
std::vector<std::uint8_t> encode_png(const Image& image);

/// Writes `image` atomically as a PNG. Throws Error with the path and the reason if it fails.
void write_png(const std::string& path, const Image& image, Links links = Links::follow);

/// Returns RFC 4648 base64 with padding, for `data:` URIs.
std::string base64(std::string_view bytes);

}  // namespace gradzoo
