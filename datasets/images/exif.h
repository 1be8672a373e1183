#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace gradzoo {

/// The orientation that EXIF data say: 1 (upright) to 8, and 1 where it is none of these. `tiff` is a TIFF
/// header and its directory, in either order of bytes, perhaps behind "Exif\0\0"; nothing where it is
/// anything else.
std::optional<int> exif_orientation(std::span<const uint8_t> tiff);

/// The same of a PNG's tEXt or zTXt chunk, in which ImageMagick and Exiv2 keep EXIF data; nothing of other
/// texts.
std::optional<int> exif_orientation_of_text(std::span<const uint8_t> chunk, bool deflated);

}  // namespace gradzoo
