#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gradzoo {

inline constexpr int64_t kMostPixels = int64_t{1} << 26;        // limit per picture
inline constexpr int64_t kMostPictureBytes = int64_t{1} << 28;  // limit per file

using Rgb = std::array<uint8_t, 3>;

/// Returns the colour of "white", "black" or six hexadecimal digits ("ff8000"), or std::nullopt.
std::optional<Rgb> colour_of(const std::string& word);
/// Returns the colour behind transparent pixels. Throws Error if the word is not a colour.
Rgb background_colour(const std::string& word);

/// A decoded picture: red, green and blue of each pixel, with the top row first.
struct DecodedPicture {
  int64_t width = 0, height = 0;
  std::vector<uint8_t> rgb;  // (height, width, 3)
};

/// Decodes a PNG with libpng or a JPEG with libjpeg; its first bytes determine the format. It reads 1 to 16
/// bits (the lower 8 of 16 are dropped), palettes, grey and CMYK (inverted, as in Adobe's files and Pillow).
/// The result is rotated by the EXIF orientation, and transparent pixels are blended with `background`. The
/// end marker of a JPEG and the last chunk of a PNG may be missing. Throws Error, without the file's name, if
/// the file is neither a PNG nor a JPEG, cannot be decoded, lacks rows or a colour, or has more than
/// `most_pixels` pixels, more pixels than its bytes can encode, more than 500 scans, or more than 32
/// `most_pixels` pixels in all scans. A picture with too many pixels is rejected before decoding.
DecodedPicture decode_picture(std::span<const std::byte> file, const Rgb& background,
                              int64_t most_pixels = kMostPixels);

/// Blends pixels of 4 bytes (red, green, blue, opacity) with `background` to 3 bytes; `rgb` may be `rgba`.
void over_background(const uint8_t* rgba, int64_t pixels, const Rgb& background, uint8_t* rgb);

}  // namespace gradzoo
