#pragma once

#include <cstdint>
#include <cstdlib>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <zlib.h>

namespace gradzoo::test {

/// A PNG reader from the specification (RFC 2083), which checks the writer: 8-bit RGB, not interlaced.
class PngDecoder {
 public:
  explicit PngDecoder(const std::string& bytes)
      : PngDecoder(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size())) {}
  explicit PngDecoder(std::span<const std::uint8_t> bytes) : bytes_(bytes) {
    static constexpr std::uint8_t kSignature[] = {137, 'P', 'N', 'G', 13, 10, 26, 10};
    for (const std::uint8_t expected : kSignature) require(take(1)[0] == expected, "signature");
    while (read_chunk()) {
    }
    require(bytes_.empty(), "bytes after IEND");
    unfilter(inflate_all());
  }

  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;

 private:
  static void require(bool holds, const char* what) {
    if (!holds) throw std::runtime_error(std::string("bad png: ") + what);
  }

  std::span<const std::uint8_t> take(std::size_t count) {
    require(count <= bytes_.size(), "cut short");
    const auto taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }

  static std::uint32_t big_endian(std::span<const std::uint8_t> b) {
    return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
  }

  /// Returns false at IEND.
  bool read_chunk() {
    const std::uint32_t length = big_endian(take(4));
    const auto typed = take(4 + std::size_t{length});
    require(crc32(0, typed.data(), static_cast<uInt>(typed.size())) == big_endian(take(4)), "checksum");
    const std::string type(typed.begin(), typed.begin() + 4);
    const auto data = typed.subspan(4);
    if (type == "IHDR") {
      width = static_cast<int>(big_endian(data.first(4)));
      height = static_cast<int>(big_endian(data.subspan(4, 4)));
      require(data[8] == 8 && data[9] == 2 && data[12] == 0, "not 8-bit RGB");
    }
    if (type == "IDAT") compressed_.insert(compressed_.end(), data.begin(), data.end());
    return type != "IEND";
  }

  std::vector<std::uint8_t> inflate_all() {
    std::vector<std::uint8_t> raw(static_cast<std::size_t>(height) *
                                  (static_cast<std::size_t>(width) * 3 + 1));
    uLongf size = raw.size();
    require(uncompress(raw.data(), &size, compressed_.data(), compressed_.size()) == Z_OK, "zlib stream");
    require(size == raw.size(), "number of pixels");
    return raw;
  }

  static int paeth(int a, int b, int c) {
    const int p = a + b - c, pa = std::abs(p - a), pb = std::abs(p - b), pc = std::abs(p - c);
    if (pa <= pb && pa <= pc) return a;
    return pb <= pc ? b : c;
  }

  void unfilter(const std::vector<std::uint8_t>& raw) {
    const std::size_t stride = static_cast<std::size_t>(width) * 3;
    rgb.resize(stride * static_cast<std::size_t>(height));
    for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
      const std::uint8_t filter = raw[y * (stride + 1)];
      require(filter <= 4, "filter type");
      for (std::size_t x = 0; x < stride; ++x) {
        const int left = x >= 3 ? rgb[y * stride + x - 3] : 0;
        const int up = y > 0 ? rgb[(y - 1) * stride + x] : 0;
        const int corner = x >= 3 && y > 0 ? rgb[(y - 1) * stride + x - 3] : 0;
        const int predictions[] = {0, left, up, (left + up) / 2, paeth(left, up, corner)};
        rgb[y * stride + x] = static_cast<std::uint8_t>(raw[y * (stride + 1) + 1 + x] + predictions[filter]);
      }
    }
  }

  std::span<const std::uint8_t> bytes_;
  std::vector<std::uint8_t> compressed_;
};

}  // namespace gradzoo::test
