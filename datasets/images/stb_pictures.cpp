#include "datasets/images/stb_pictures.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace gradzoo {
namespace {

// What stb may still allocate on this thread. A zlib stream in a PNG of one pixel could ask for gigabytes.
thread_local size_t bytes_left = 0;

constexpr size_t kPrefix = 16;  // before each block: its size, and malloc's alignment is kept

// Zeros, so that what a damaged file leaves unset is the same in every run.
void* stb_allocate(size_t bytes) {
  if (bytes > bytes_left) return nullptr;
  auto* const block = static_cast<char*>(std::calloc(1, bytes + kPrefix));
  if (block == nullptr) return nullptr;
  bytes_left -= bytes;
  std::memcpy(block, &bytes, sizeof bytes);
  return block + kPrefix;
}

size_t stb_size(const void* memory) {
  size_t bytes = 0;
  std::memcpy(&bytes, static_cast<const char*>(memory) - kPrefix, sizeof bytes);
  return bytes;
}

void stb_release(void* memory) {
  if (memory == nullptr) return;
  bytes_left += stb_size(memory);
  std::free(static_cast<char*>(memory) - kPrefix);
}

void* stb_grow(void* memory, size_t bytes) {
  void* const grown = stb_allocate(bytes);
  if (grown == nullptr || memory == nullptr) return grown;
  std::memcpy(grown, memory, std::min(bytes, stb_size(memory)));
  stb_release(memory);
  return grown;
}

}  // namespace
}  // namespace gradzoo

// stb's implementation, for this file alone; its warnings are not ours.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_FAILURE_STRINGS
#define STBI_ASSERT(condition) static_cast<void>(sizeof(condition))
#define STBI_MALLOC(bytes) gradzoo::stb_allocate(bytes)
#define STBI_REALLOC(memory, bytes) gradzoo::stb_grow(memory, bytes)
#define STBI_FREE(memory) gradzoo::stb_release(memory)
#include <stb/stb_image.h>
#pragma GCC diagnostic pop

namespace gradzoo {

std::vector<uint8_t> decode_by_stb(std::span<const std::byte> file, int64_t width, int64_t height,
                                   int channels) {
  // Sixteen bits of four channels are 8 bytes a pixel: inflated, unpacked, and once more where interlaced;
  // then 4 and 4 of what is returned. A growing block stands beside its old one.
  constexpr int64_t kBytesPerPixel = 48, kTables = 1 << 20;
  bytes_left = static_cast<size_t>(kBytesPerPixel * width * height + kTables) + 4 * file.size();
  int found_width = 0, found_height = 0, found_channels = 0;
  stbi_uc* const pixels =
      stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(file.data()), static_cast<int>(file.size()),
                            &found_width, &found_height, &found_channels, channels);
  if (pixels == nullptr) return {};
  std::vector<uint8_t> out;
  if (found_width == width && found_height == height) out.assign(pixels, pixels + width * height * channels);
  stbi_image_free(pixels);
  return out;
}

}  // namespace gradzoo
