#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace gradzoo {

/// Returns the orientation in EXIF data: 1 (upright) to 8; other values become 1. `tiff` is a TIFF header and
/// its directory, in either byte order, perhaps after "Exif\0\0"; std::nullopt for anything else.
std::optional<int> exif_orientation(std::span<const uint8_t> tiff);

/// Returns the orientation in a PNG's tEXt or zTXt chunk, where ImageMagick and Exiv2 store EXIF data, or
/// std::nullopt for any other string.
std::optional<int> exif_orientation_of_text(std::span<const uint8_t> chunk, bool deflated);

}  // namespace gradzoo
