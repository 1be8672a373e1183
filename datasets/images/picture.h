#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gradzoo {

inline constexpr int64_t kMostPixels = int64_t{1} << 26;        // of one picture
inline constexpr int64_t kMostPictureBytes = int64_t{1} << 28;  // of one file

using Rgb = std::array<uint8_t, 3>;

/// The colour of "white", "black" or six hexadecimal digits ("ff8000"); nothing for another word.
std::optional<Rgb> colour_of(const std::string& word);
/// The colour behind transparent pixels. Throws Error for a word that is none.
Rgb background_colour(const std::string& word);

/// Red, green, blue of each pixel, rows from the top.
struct DecodedPicture {
  int64_t width = 0, height = 0;
  std::vector<uint8_t> rgb;  // (height, width, 3)
};

/// Reads a PNG by libpng or a JPEG by libjpeg, told by its first bytes: 1 to 16 bits (of 16 the upper 8 are
/// kept), palettes, grey, CMYK (inverted, as Adobe stores it and Pillow takes it); turned as its EXIF
/// orientation says, transparent pixels over `background`. What is behind the pixels may be missing: the end
/// marker of a JPEG, the last chunk of a PNG. Throws Error, which names no file, for what is neither, cannot
/// be decoded, lacks rows or a colour, has more than `most_pixels` pixels, more of them than its bytes can
/// hold, more than 500 scans, or more pixels in all of its scans than 32 pictures of `most_pixels` have; of
/// too many pixels none is decoded.
DecodedPicture decode_picture(std::span<const std::byte> file, const Rgb& background,
                              int64_t most_pixels = kMostPixels);

/// Pixels of 4 bytes (red, green, blue, opacity) over `background`, 3 bytes each; `rgb` may be `rgba`.
void over_background(const uint8_t* rgba, int64_t pixels, const Rgb& background, uint8_t* rgb);

}  // namespace gradzoo
