#include "datasets/images/picture.h"

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include <png.h>
#include <turbojpeg.h>

#include "datasets/images/byte_reader.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"

namespace gradzoo {
namespace {

[[noreturn]] void ends_too_early() { throw Error("its data end too early. Hint: copy or fetch it again"); }

[[noreturn]] void is_damaged(std::string_view why) {
  throw Error("it is damaged, or of a kind that is not read ({}). Hint: open it elsewhere and save it as PNG",
              why);
}

/// A picture as its file stores it.
struct StoredPicture {
  int64_t width = 0, height = 0, channels = 0;  // 3, or 4 with opacity
  int orientation = 1;  // EXIF: 1 upright; 2 mirrored; 3 upside down; 5 to 8 are lying
  std::vector<uint8_t> values;
  std::unique_lock<std::mutex> lock;

  /// Before anything is allocated: may so many pixels be, and can the file's bytes hold them?
  void check_size(int64_t of_width, int64_t of_height, size_t bytes, int64_t most_pixels) {
    // One large picture at a time: memory does not grow with the threads.
    constexpr int64_t kLarge = int64_t{1} << 24, kMostPixelsOfByte = 8 * kDeflateExpansion;
    static std::mutex large;
    width = of_width;
    height = of_height;
    if (width * height > most_pixels)
      throw Error("it has more than {} million pixels. Hint: shrink it", most_pixels >> 20);
    if (width * height / kMostPixelsOfByte > static_cast<int64_t>(bytes)) ends_too_early();
    if (width * height > kLarge) lock = std::unique_lock(large);
  }
  void allocate(int64_t of_channels) {
    channels = of_channels;
    values.resize(static_cast<size_t>(width * height * channels));
  }
};

// The orientation in EXIF data: a TIFF header, and its first directory's tag 0x0112 (EXIF 2.3, 4.6.4).
int exif_orientation(std::span<const uint8_t> tiff) {
  const auto number = [&](size_t at, size_t bytes) -> size_t {
    if (tiff.size() < bytes || at > tiff.size() - bytes) return 0;
    const bool little = tiff[0] == 'I';
    size_t value = 0;
    for (size_t i = 0; i < bytes; ++i) value = value << 8 | tiff[at + (little ? bytes - 1 - i : i)];
    return value;
  };
  constexpr size_t kEntryBytes = 12, kOrientation = 0x0112, kShort = 3;
  const size_t directory = number(4, 4), entries = number(directory, 2);
  for (size_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + i * kEntryBytes, value = number(entry + 8, 2);
    if (number(entry, 2) != kOrientation || number(entry + 2, 2) != kShort) continue;
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

/// A PNG that libpng reads. Where that fails it jumps back to attempt(), past no destructor: what calls make
/// outlives them.
struct PngFile {
  std::span<const std::byte> rest;
  std::jmp_buf back;
  std::array<char, 128> why{};
  bool ended = false;
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, fail, [](auto, auto) {});
  png_infop info = png_create_info_struct(png);

  ~PngFile() { png_destroy_read_struct(&png, &info, nullptr); }

  static void fail(png_structp png, png_const_charp why) {
    auto& file = *static_cast<PngFile*>(png_get_error_ptr(png));
    std::snprintf(file.why.data(), file.why.size(), "%s", why);
    std::longjmp(file.back, 1);
  }
  static void take(png_structp png, png_bytep to, size_t count) {
    auto& file = *static_cast<PngFile*>(png_get_io_ptr(png));
    file.ended = count > file.rest.size();
    if (file.ended) png_error(png, "");
    std::memcpy(to, file.rest.data(), count);
    file.rest = file.rest.subspan(count);
  }
  template <class Calls>
  void attempt(const Calls& calls) {
    if (info != nullptr && setjmp(back) == 0) return calls();
    if (ended) ends_too_early();
    is_damaged(why.data());
  }
};

StoredPicture read_png(std::span<const std::byte> bytes, int64_t most_pixels) {
  PngFile file;
  file.rest = bytes;
  StoredPicture picture;
  file.attempt([&] {
    png_set_read_fn(file.png, &file, PngFile::take);
    png_set_user_limits(file.png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_crc_action(file.png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    // Neither texts nor profiles: EXIF alone.
    png_set_keep_unknown_chunks(file.png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_set_keep_unknown_chunks(file.png, PNG_HANDLE_CHUNK_AS_DEFAULT,
                                reinterpret_cast<png_const_bytep>("eXIf"), 1);
    png_read_info(file.png, file.info);
  });
  picture.check_size(png_get_image_width(file.png, file.info), png_get_image_height(file.png, file.info),
                     bytes.size(), most_pixels);
  file.attempt([&] {
    png_set_expand(file.png);
    png_set_strip_16(file.png);
    png_set_gray_to_rgb(file.png);
    const int passes = png_set_interlace_handling(file.png);
    png_read_update_info(file.png, file.info);
    picture.allocate(png_get_channels(file.png, file.info));
    for (int pass = 0; pass < passes; ++pass)
      for (int64_t y = 0; y < picture.height; ++y)
        png_read_row(file.png, picture.values.data() + y * picture.width * picture.channels, nullptr);
    png_read_end(file.png, file.info);
    png_bytep exif = nullptr;
    png_uint_32 exif_bytes = 0;
    if (png_get_eXIf_1(file.png, file.info, &exif_bytes, &exif) != 0)
      picture.orientation = exif_orientation({exif, exif_bytes});
  });
  return picture;
}

StoredPicture read_jpeg(std::span<const std::byte> bytes, int64_t most_pixels) {
  std::vector<uint8_t> file(bytes.size());
  std::memcpy(file.data(), bytes.data(), bytes.size());
  StoredPicture picture;
  bool many_scans = false;
  // Segments up to the first scan (ITU T.81, annex B): a marker, two bytes of length, data.
  for (size_t at = 2;;) {
    if (at + 4 > file.size()) ends_too_early();
    const size_t kind = file[at + 1], length = size_t{file[at + 2]} << 8 | file[at + 3];
    if (file[at] != 0xff || kind == 0xda) break;
    const auto data = std::span(file).subspan(at + 4, std::min(length, file.size() - at - 4));
    constexpr std::string_view kName("Exif\0\0", 6);
    if (kind == 0xe1 && data.size() > kName.size() && std::ranges::equal(data.first(kName.size()), kName))
      picture.orientation = exif_orientation(data.subspan(kName.size()));
    many_scans = many_scans || kind == 0xc2 || kind == 0xca;
    at += kind == 0xff ? 1 : 2 + length;
  }
  // The end of a file of one scan may be missing.
  if (!many_scans) file.insert(file.end(), {0xff, 0xd9});

  const std::unique_ptr<void, int (*)(tjhandle)> turbo(tjInitDecompress(), tjDestroy);
  const auto problem = [&] { return std::string_view(tjGetErrorStr2(turbo.get())); };
  const auto says = [&](std::string_view words) { return problem().find(words) != std::string_view::npos; };
  int width = 0, height = 0, subsampling = 0, colours = TJCS_RGB;
  // Of an unusual subsampling it fails, and knows the size nevertheless.
  tjDecompressHeader3(turbo.get(), file.data(), file.size(), &width, &height, &subsampling, &colours);
  if (width < 1 || height < 1) is_damaged(problem());
  const bool cmyk = colours == TJCS_CMYK || colours == TJCS_YCCK;
  picture.check_size(width, height, file.size(), most_pixels);
  picture.allocate(cmyk ? 4 : 3);
  const bool good =
      tjDecompress2(turbo.get(), file.data(), file.size(), picture.values.data(), width, 0, height,
                    cmyk ? TJPF_CMYK : TJPF_RGB, TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS) == 0;
  if (!good && says("remature end")) ends_too_early();
  // Warnings of bytes too many between segments, of another revision or marker, are usual and harm nothing.
  if (!good && !says("extraneous bytes") && !says("JFIF revision") && !says("Adobe color transform"))
    is_damaged(problem());
  if (!cmyk) return picture;
  // Colours that the inks, inverted, let through: as those of this opacity over black.
  over_background(picture.values.data(), picture.width * picture.height, {}, picture.values.data());
  picture.channels = 3;
  return picture;
}

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
    throw Error(
        "background='{}' is no colour. Hint: white, black, or six digits as in background=ff8000; noise, or "
        "a folder of pictures",
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
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (text.empty()) throw Error("it is empty. Hint: copy or fetch it again");
  if (file.size() > static_cast<size_t>(kMostPictureBytes))
    throw Error("it has more than {} MiB. Hint: shrink it", kMostPictureBytes >> 20);
  const bool png = text.starts_with("\x89PNG\r\n\x1a\n");
  if (!png && !text.starts_with("\xff\xd8\xff"))
    throw Error("it is neither PNG nor JPEG inside. Hint: convert it");
  StoredPicture picture = png ? read_png(file, most_pixels) : read_jpeg(file, most_pixels);
  const int64_t pixels = picture.width * picture.height;
  if (picture.channels == 4)
    over_background(picture.values.data(), pixels, background, picture.values.data());
  picture.values.resize(static_cast<size_t>(3 * pixels));
  return upright({picture.width, picture.height, std::move(picture.values)}, picture.orientation);
}

}  // namespace gradzoo
