#include "datasets/images/exif.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <zlib.h>

namespace gradzoo {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr std::string_view kExifName("Exif\0\0", 6);

bool begins(Bytes bytes, std::string_view with) {
  return bytes.size() >= with.size() && std::ranges::equal(bytes.first(with.size()), with);
}

// A profile's first bytes are enough: no orientation lies further on.
std::vector<uint8_t> inflated_beginning(Bytes packed) {
  std::vector<uint8_t> out(size_t{1} << 17);
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return {};
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  out.erase(out.end() - stream.avail_out, out.end());
  return out;
}

// What ImageMagick writes of a profile: "\n", its kind, its length, each on a line, and it in hexadecimal
// digits.
std::vector<uint8_t> raw_profile(Bytes text) {
  for (int line = 0; line < 3; ++line) {
    const auto end = std::ranges::find(text, uint8_t{'\n'});
    if (end == text.end()) return {};
    text = text.subspan(static_cast<size_t>(end - text.begin()) + 1);
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::vector<uint8_t> out;
  size_t digits = 0;
  for (const uint8_t c : text) {
    const size_t value = kDigits.find(static_cast<char>(c | 0x20));
    if (value == std::string_view::npos) continue;
    if (digits++ % 2 == 0) out.push_back(0);
    out.back() = static_cast<uint8_t>(static_cast<size_t>(out.back()) << 4 | value);
  }
  return out;
}

}  // namespace

// TIFF 6.0, section 2; EXIF 2.3, 4.6.4.
std::optional<int> exif_orientation(Bytes tiff) {
  if (begins(tiff, kExifName)) tiff = tiff.subspan(kExifName.size());
  const bool little = begins(tiff, "II");
  if (!little && !begins(tiff, "MM")) return {};
  const auto number = [&](size_t at, size_t bytes) -> size_t {
    if (tiff.size() < bytes || at > tiff.size() - bytes) return 0;
    size_t value = 0;
    for (size_t i = 0; i < bytes; ++i) value = value << 8 | tiff[at + (little ? bytes - 1 - i : i)];
    return value;
  };
  constexpr size_t kEntryBytes = 12, kOrientation = 0x0112, kShort = 3, kLong = 4;
  const size_t directory = number(4, 4), entries = number(directory, 2);
  for (size_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + i * kEntryBytes, type = number(entry + 2, 2);
    if (number(entry, 2) != kOrientation || (type != kShort && type != kLong)) continue;
    const size_t value = number(entry + 8, type == kLong ? 4 : 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

std::optional<int> exif_orientation_of_text(Bytes chunk, bool deflated) {
  constexpr std::string_view kKeyword("Raw profile type exif\0", 22);
  if (!begins(chunk, kKeyword)) return {};
  chunk = chunk.subspan(kKeyword.size());
  if (!deflated) return exif_orientation(raw_profile(chunk));
  return chunk.empty() ? std::optional<int>()
                       : exif_orientation(raw_profile(inflated_beginning(chunk.subspan(1))));
}

}  // namespace gradzoo
