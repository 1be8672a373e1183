#include "datasets/images/picture_header.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include <zlib.h>

#include "base/error.h"
#include "datasets/images/byte_reader.h"

namespace gradzoo {
namespace {

constexpr std::string_view kPngMagic = "\x89PNG\r\n\x1a\n", kJpegMagic = "\xff\xd8\xff";

[[noreturn]] void ends_too_early() { throw Error("its data end too early. Hint: copy or fetch it again"); }
[[noreturn]] void is_damaged() { throw Error("it is damaged. Hint: copy or fetch it again"); }

/// Bytes of a file in order; reading beyond their end throws.
class FileBytes {
 public:
  explicit FileBytes(std::span<const std::byte> bytes) : bytes_(bytes) {}

  bool at_end() const { return at_ == bytes_.size(); }
  size_t position() const { return at_; }
  std::span<const std::byte> take(size_t count) {
    if (count > bytes_.size() - at_) ends_too_early();
    const auto taken = bytes_.subspan(at_, count);
    at_ += count;
    return taken;
  }
  uint32_t byte() { return std::to_integer<uint32_t>(take(1)[0]); }
  uint32_t big16() {
    const uint32_t high = byte();
    return high << 8 | byte();
  }
  uint32_t big32() {
    const uint32_t high = big16();
    return high << 16 | big16();
  }

 private:
  std::span<const std::byte> bytes_;
  size_t at_ = 0;
};

std::string_view chars_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void check_size(int64_t width, int64_t height, int64_t most_pixels) {
  constexpr int64_t kMostSide = 1 << 24;  // stb's
  if (width == 0 || height == 0 || width > kMostSide || height > kMostSide) is_damaged();
  if (width * height > most_pixels)
    throw Error("it has more than {} million pixels. Hint: shrink it", most_pixels >> 20);
}

// The orientation in EXIF data: a TIFF header, and its first directory's tag 0x0112 (EXIF 2.3, 4.6.4).
int exif_orientation(std::span<const std::byte> tiff) {
  const auto number = [&](size_t at, size_t bytes) -> size_t {
    if (tiff.size() < bytes || at > tiff.size() - bytes) return 0;
    const bool little = tiff[0] == std::byte{'I'};
    size_t value = 0;
    for (size_t i = 0; i < bytes; ++i)
      value = value << 8 | std::to_integer<size_t>(tiff[at + (little ? bytes - 1 - i : i)]);
    return value;
  };
  constexpr size_t kEntryBytes = 12, kOrientation = 0x0112, kShort = 3;
  const size_t directory = number(4, 4), entries = number(directory, 2);
  for (size_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + i * kEntryBytes;
    if (number(entry, 2) != kOrientation || number(entry + 2, 2) != kShort) continue;
    const size_t value = number(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

PictureHeader png_header(FileBytes file, int64_t most_pixels) {
  file.take(kPngMagic.size());
  PictureHeader header;
  int64_t promised = 0, packed = 0;  // bytes of pixels: unpacked, and in the file
  bool first = true;
  while (true) {
    const uint32_t length = file.big32();
    const auto kind_and_data = file.take(size_t{4} + length);
    const std::string_view kind = chars_of(kind_and_data.first(4));
    const auto sum = crc32_z(0, reinterpret_cast<const Bytef*>(kind_and_data.data()), kind_and_data.size());
    if (file.big32() != sum) is_damaged();
    FileBytes data(kind_and_data.subspan(4));
    if (first != (kind == "IHDR")) is_damaged();
    first = false;
    if (kind == "IHDR") {
      if (length != 13) is_damaged();
      header.width = data.big32();
      header.height = data.big32();
      check_size(header.width, header.height, most_pixels);
      const uint32_t depth = data.byte(), colour = data.byte();
      constexpr std::array<int64_t, 7> kChannels = {1, 0, 3, 1, 2, 0, 4};
      if (colour >= kChannels.size() || kChannels[colour] == 0 || depth == 0 || depth > 16) is_damaged();
      header.alpha = colour == 4 || colour == 6;
      promised = (header.width * kChannels[colour] * depth + 7) / 8 * header.height;
    } else if (kind == "tRNS") {
      header.alpha = true;
    } else if (kind == "IDAT") {
      packed += length;
    } else if (kind == "eXIf") {
      header.orientation = exif_orientation(kind_and_data.subspan(4));
    } else if (kind == "IEND") {
      break;
    }
  }
  if (packed == 0 || promised / kDeflateExpansion > packed) ends_too_early();
  return header;
}

/// Follows a JPEG's markers (ITU T.81, annex B).
class JpegWalk {
 public:
  JpegWalk(std::span<const std::byte> bytes, int64_t most_pixels)
      : bytes_(bytes), file_(bytes), most_pixels_(most_pixels) {}

  PictureHeader header() {
    file_.take(2);  // start of image
    uint32_t marker = next_marker();
    while (marker != kEnd) {
      const uint32_t length = file_.big16();
      if (length < 2) is_damaged();
      segment(marker, file_.take(length - 2));
      if (marker == kScan) {
        ++scans_;
        check_work();
        skip_coded();
      }
      marker = next_marker();
    }
    if (!framed_ || scans_ == 0) ends_too_early();
    return header_;
  }

 private:
  static constexpr uint32_t kTables = 0xc4, kEnd = 0xd9, kScan = 0xda, kExif = 0xe1;

  uint32_t next_marker() {
    if (file_.byte() != 0xff) is_damaged();
    uint32_t marker = 0xff;
    while (marker == 0xff) marker = file_.byte();
    return marker;
  }

  void segment(uint32_t marker, std::span<const std::byte> data) {
    if (marker >= 0xc0 && marker <= 0xc2) return frame(FileBytes(data), data.size());
    if (marker == kTables) return huffman_tables(FileBytes(data));
    if (marker >= 0xc3 && marker <= 0xcf)
      throw Error("it is an arithmetic-coded or lossless JPEG. Hint: save it as PNG");
    constexpr std::string_view kName("Exif\0\0", 6);
    if (marker == kExif && chars_of(data).starts_with(kName))
      header_.orientation = exif_orientation(data.subspan(kName.size()));
  }

  void frame(FileBytes data, size_t length) {
    if (framed_) is_damaged();
    framed_ = true;
    if (data.byte() != 8) throw Error("it is a JPEG of more than 8 bits. Hint: save it as PNG");
    header_.height = data.big16();
    header_.width = data.big16();
    check_size(header_.width, header_.height, most_pixels_);
    // A block of 8 x 8 takes a bit at the least.
    if (header_.width * header_.height / 512 > static_cast<int64_t>(bytes_.size())) ends_too_early();
    const uint32_t parts = data.byte();
    if (length != 6 + 3 * size_t{parts} || parts == 0 || parts > 4) is_damaged();
    uint32_t most_h = 1, most_v = 1;
    std::array<uint32_t, 4> sampling{};
    for (uint32_t i = 0; i < parts; ++i) {
      data.byte();
      sampling[i] = data.byte();
      data.byte();
      if (sampling[i] >> 4 == 0 || (sampling[i] & 15) == 0) is_damaged();
      most_h = std::max(most_h, sampling[i] >> 4);
      most_v = std::max(most_v, sampling[i] & 15);
    }
    for (uint32_t i = 0; i < parts; ++i)
      if (most_h % (sampling[i] >> 4) != 0 || most_v % (sampling[i] & 15) != 0)
        throw Error("it is a JPEG of fractional subsampling. Hint: save it as PNG");
  }

  // Each: its place, how many codes there are of 1 to 16 bits, and their values, 256 at most.
  static void huffman_tables(FileBytes data) {
    while (!data.at_end()) {
      data.byte();
      uint32_t codes = 0;
      for (int bits = 1; bits <= 16; ++bits) codes += data.byte();
      if (codes > 256) is_damaged();
      data.take(codes);
    }
  }

  // Progressive files of many scans take long: ten are usual.
  void check_work() const {
    constexpr int64_t kMostWork = int64_t{1} << 30;
    if (!framed_) is_damaged();
    if (scans_ > 16 && scans_ * header_.width * header_.height > kMostWork)
      throw Error("it is a JPEG of too many scans. Hint: save it as PNG");
  }

  // To the next marker: ff, and neither 00 (a coded ff) nor a restart.
  void skip_coded() {
    size_t at = file_.position();
    while (true) {
      const void* const found = std::memchr(bytes_.data() + at, 0xff, bytes_.size() - at);
      if (found == nullptr) ends_too_early();
      at = static_cast<size_t>(static_cast<const std::byte*>(found) - bytes_.data());
      if (at + 1 >= bytes_.size()) ends_too_early();
      const auto next = std::to_integer<uint32_t>(bytes_[at + 1]);
      if (next != 0 && next != 0xff && (next < 0xd0 || next > 0xd7)) break;
      at += next == 0xff ? 1 : 2;
      if (at >= bytes_.size()) ends_too_early();
    }
    file_ = FileBytes(bytes_);
    file_.take(at);
  }

  std::span<const std::byte> bytes_;
  FileBytes file_;
  int64_t most_pixels_;
  PictureHeader header_;
  bool framed_ = false;
  int64_t scans_ = 0;
};

}  // namespace

PictureHeader read_picture_header(std::span<const std::byte> file, int64_t most_pixels) {
  const std::string_view text = chars_of(file);
  if (text.empty()) throw Error("it is empty. Hint: copy or fetch it again");
  if (file.size() > static_cast<size_t>(kMostPictureBytes))
    throw Error("it has more than {} MiB. Hint: shrink it", kMostPictureBytes >> 20);
  if (text.starts_with(kPngMagic)) return png_header(FileBytes(file), most_pixels);
  if (text.starts_with(kJpegMagic)) return JpegWalk(file, most_pixels).header();
  throw Error("it is neither PNG nor JPEG inside. Hint: convert it");
}

}  // namespace gradzoo
