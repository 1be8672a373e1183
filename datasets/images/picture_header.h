#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace gradzoo {

/// What the header of a PNG or JPEG file says of its picture.
struct PictureHeader {
  int64_t width = 0, height = 0;  // as stored, before it is turned
  bool alpha = false;             // it may have transparent pixels
  int orientation = 1;            // EXIF: 1 upright; 2 mirrored; 3 upside down; 5 to 8 are lying
};

inline constexpr int64_t kMostPixels = int64_t{1} << 26;        // of one picture
inline constexpr int64_t kMostPictureBytes = int64_t{1} << 28;  // of one file

/// Walks through the file without decoding a pixel, told PNG from JPEG by its first bytes. Throws Error,
/// which names no file, for what is neither, is cut short or damaged (a PNG's check sums are compared), has
/// more than `most_pixels` pixels, promises more pixels than its bytes can hold, is arithmetic-coded or
/// lossless JPEG, and for what stb_image would read without checking: tables that are too long, fractional
/// subsampling, thousands of scans.
PictureHeader read_picture_header(std::span<const std::byte> file, int64_t most_pixels = kMostPixels);

}  // namespace gradzoo
