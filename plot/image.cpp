#include "gradzoo/plot/image.h"

#include <cstddef>
#include <cstdlib>
#include <span>

#include "gradzoo/base/atomic_file.h"
#include "gradzoo/base/error.h"
#include "plot/deflate.h"

// stb's implementation, for this file alone; its warnings are not ours.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wunused-function"
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#define STBIW_ZLIB_COMPRESS gradzoo::deflated
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

namespace gradzoo {
namespace {

constexpr std::int64_t kMaxBytes = std::int64_t{1} << 28;  // stb counts in int

void append(void* context, void* data, int size) {
  auto& bytes = *static_cast<std::vector<std::uint8_t>*>(context);
  const auto* begin = static_cast<const std::uint8_t*>(data);
  bytes.insert(bytes.end(), begin, begin + size);
}

void check(const Image& image) {
  const std::int64_t bytes = std::int64_t{3} * image.width * image.height;
  if (image.width <= 0 || image.height <= 0 || bytes > kMaxBytes) {
    throw Error(
        "png: a picture of {} x {} pixels cannot be encoded. Hint: use positive sides, and at most {} pixels "
        "in all",
        image.width, image.height, kMaxBytes / 3);
  }
  if (static_cast<std::int64_t>(image.rgb.size()) != bytes) {
    throw Error("png: {} bytes for {} x {} pixels. Hint: give height * width * 3 bytes", image.rgb.size(),
                image.width, image.height);
  }
}

}  // namespace

std::vector<std::uint8_t> encode_png(const Image& image) {
  check(image);
  std::vector<std::uint8_t> bytes;
  if (stbi_write_png_to_func(append, &bytes, image.width, image.height, 3, image.rgb.data(),
                             3 * image.width) == 0)
    throw Error("png: out of memory while encoding. Hint: draw a smaller picture");
  return bytes;
}

void write_png(const std::string& path, const Image& image, Links links) {
  const std::vector<std::uint8_t> bytes = encode_png(image);
  write_file_atomically(path, std::as_bytes(std::span(bytes)), links);
}

std::string base64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < count ? static_cast<std::uint8_t>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += k <= count ? kDigits[group >> (18 - 6 * k) & 63U] : '=';
  }
  return text;
}

}  // namespace gradzoo
