#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gradzoo {

/// Decodes a whole PNG or JPEG by stb_image, `channels` (3 or 4) bytes a pixel, rows from the top. The file's
/// header must have been checked (picture_header.h): stb trusts it more than it should. Its memory begins as
/// zeros and is bounded by the number of pixels. Empty where stb refuses the file, or where its size is not
/// `width` x `height`.
std::vector<uint8_t> decode_by_stb(std::span<const std::byte> file, int64_t width, int64_t height,
                                   int channels);

}  // namespace gradzoo
