#include "datasets/images/picture.h"

#include <zlib.h>

#include "fuzz/targets.h"

namespace gradzoo::fuzz {
namespace {

// A PNG's chunks with the check sums of what they hold, so that changed bytes reach the decoder.
std::string with_check_sums(std::string_view text) {
  std::string file(text);
  const auto byte = [&](size_t at) { return static_cast<size_t>(static_cast<unsigned char>(file[at])); };
  constexpr size_t kMagic = 8, kHead = 8, kSum = 4;
  for (size_t at = kMagic; file.starts_with("\x89PNG") && at + kHead + kSum <= file.size();) {
    const size_t length = byte(at) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
    if (length > file.size() - at - kHead - kSum) break;
    const auto sum = crc32_z(0, reinterpret_cast<const Bytef*>(file.data()) + at + 4, length + 4);
    for (size_t i = 0; i < kSum; ++i)
      file[at + kHead + length + i] = static_cast<char>(sum >> (24 - 8 * i) & 0xff);
    at += kHead + length + kSum;
  }
  return file;
}

}  // namespace

bool picture(Bytes bytes) {
  constexpr int64_t kMostPixels = int64_t{1} << 20;
  constexpr Rgb kWhite = {255, 255, 255};
  const std::string file = with_check_sums(text_of(bytes));
  const Bytes mended = std::as_bytes(std::span(file));
  return accepts([&] {
    const DecodedPicture read = decode_picture(mended, kWhite, kMostPixels);
    const int64_t pixels = read.width * read.height;
    require(pixels > 0 && pixels <= kMostPixels, "its size is right");
    require(static_cast<int64_t>(read.rgb.size()) == 3 * pixels, "each pixel has 3 bytes");
    require(decode_picture(mended, kWhite, kMostPixels).rgb == read.rgb, "it is the same twice");
  });
}

}  // namespace gradzoo::fuzz
