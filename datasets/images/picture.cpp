#include "datasets/images/picture.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "datasets/images/stb_pictures.h"

namespace gradzoo {
namespace {

// Upright, by EXIF's number: 2 mirrors left and right, 3 turns by half, 4 mirrors up and down, 5 to 8 change
// rows with columns besides.
DecodedPicture upright(DecodedPicture stored, int orientation) {
  if (orientation == 1) return stored;
  const bool lying = orientation >= 5;
  DecodedPicture out{stored.width, stored.height, std::vector<uint8_t>(stored.rgb.size())};
  if (lying) std::swap(out.width, out.height);
  const bool flip_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool flip_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  for (int64_t y = 0; y < out.height; ++y) {
    for (int64_t x = 0; x < out.width; ++x) {
      int64_t from_x = lying ? y : x, from_y = lying ? x : y;
      if (flip_x) from_x = stored.width - 1 - from_x;
      if (flip_y) from_y = stored.height - 1 - from_y;
      std::copy_n(stored.rgb.data() + 3 * (from_y * stored.width + from_x), 3,
                  out.rgb.data() + 3 * (y * out.width + x));
    }
  }
  return out;
}

}  // namespace

Rgb background_colour(const std::string& word) {
  if (word == "white") return {255, 255, 255};
  if (word == "black") return {0, 0, 0};
  const std::optional<uint32_t> number = parse_hexadecimal(word);
  if (word.size() != 6 || !number)
    throw Error("background='{}' is no colour. Hint: white, black, or six digits as in background=ff8000",
                word);
  return {static_cast<uint8_t>(*number >> 16), static_cast<uint8_t>(*number >> 8),
          static_cast<uint8_t>(*number)};
}

void over_background(const uint8_t* rgba, int64_t pixels, const Rgb& background, uint8_t* rgb) {
  for (int64_t i = 0; i < pixels; ++i) {
    const uint32_t alpha = rgba[4 * i + 3];
    for (size_t c = 0; c < 3; ++c) {
      const auto at = static_cast<size_t>(i);
      const uint32_t sum = rgba[4 * at + c] * alpha + background[c] * (255 - alpha);
      rgb[3 * at + c] = static_cast<uint8_t>((sum + 127) / 255);
    }
  }
}

DecodedPicture decode_picture(std::span<const std::byte> file, const Rgb& background, int64_t most_pixels) {
  const PictureHeader header = read_picture_header(file, most_pixels);
  // One large picture at a time: memory does not grow with the threads.
  constexpr int64_t kLarge = int64_t{1} << 24;
  static std::mutex large;
  const int64_t pixels = header.width * header.height;
  const std::unique_lock lock = pixels > kLarge ? std::unique_lock(large) : std::unique_lock<std::mutex>();
  DecodedPicture picture{header.width, header.height, {}};
  std::vector<uint8_t> values = decode_by_stb(file, header.width, header.height, header.alpha ? 4 : 3);
  if (values.empty()) throw Error("its pixels cannot be decoded. Hint: open it elsewhere and save it again");
  if (header.alpha) {
    picture.rgb.resize(static_cast<size_t>(3 * pixels));
    over_background(values.data(), pixels, background, picture.rgb.data());
  } else {
    picture.rgb = std::move(values);
  }
  return upright(std::move(picture), header.orientation);
}

}  // namespace gradzoo
