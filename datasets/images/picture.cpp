#include "datasets/images/picture.h"

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include <png.h>
#include <zlib.h>
// clang-format off
#include <jpeglib.h>
#include <jerror.h>  // whose numbers depend on jpeglib.h
// clang-format on

#include "datasets/images/byte_reader.h"
#include "datasets/images/exif.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"

namespace gradzoo {
namespace {

[[noreturn]] void ends_too_early() { throw Error("its data end too early. Hint: copy or fetch it again"); }

[[noreturn]] void is_damaged(std::string_view why) {
  throw Error("it is damaged, or its format is not supported ({}). Hint: convert it to PNG", why);
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

/// Calls of a C library, which where they fail jump back to attempt(), past no destructor: what calls make
/// outlives them.
struct Attempts {
  std::jmp_buf back;
  std::array<char, JMSG_LENGTH_MAX> why{};
  bool ended = false;  // of the file's bytes more were asked for than there are

  /// Whether all went well.
  template <class Calls>
  bool attempt(const Calls& calls) {
    if (setjmp(back) != 0) return false;
    calls();
    return true;
  }
  [[noreturn]] void refuse() const {
    if (ended) ends_too_early();
    is_damaged(why.data());
  }
};

struct PngFile : Attempts {
  std::span<const std::byte> rest;
  std::optional<int> orientation;
  int deflated_texts = 0;
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
  // Of all that is beside the pixels, the first EXIF data. Called from C: it throws nothing.
  static int take_chunk(png_structp png, png_unknown_chunkp chunk) noexcept {
    auto& file = *static_cast<PngFile*>(png_get_user_chunk_ptr(png));
    const std::string_view kind(reinterpret_cast<const char*>(chunk->name), 4);
    const std::span<const uint8_t> data(chunk->data, chunk->size);
    if (!file.orientation && kind == "eXIf") file.orientation = exif_orientation(data);
    constexpr int kMostDeflated = 64;  // a few bytes become a hundred thousand
    const bool deflated = kind == "zTXt";
    if (!file.orientation && (kind == "tEXt" || (deflated && file.deflated_texts++ < kMostDeflated)))
      file.orientation = exif_orientation_of_text(data, deflated);
    const bool critical = kind[0] >= 'A' && kind[0] <= 'Z';
    return critical ? 0 : 1;  // which is refused, or done with
  }
  void open() {
    png_set_read_fn(png, this, take);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(png, 0);  // each is in the file, and none is unpacked
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_read_user_chunk_fn(png, this, take_chunk);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_read_info(png, info);
  }
  // Did it fail behind the chunks of pixels, whose own checksums were right: for want of more of them?
  bool is_behind_pixels() const {
    constexpr uint32_t kPixels = 0x49444154;  // "IDAT"
    return png_get_io_chunk_type(png) != kPixels;
  }
  bool has_every_row() const {
    return png_get_interlace_type(png, info) == PNG_INTERLACE_NONE
               ? png_get_current_row_number(png) == png_get_image_height(png, info)
               : png_get_current_pass_number(png) == PNG_INTERLACE_ADAM7_PASSES;
  }
};

// Returns the file with the missing end of zlib's checksum appended to its compressed pixels. Returns an
// empty vector if anything else is missing.
std::vector<std::byte> with_checksum(std::span<const std::byte> file) {
  std::array<uint8_t, 1 << 15> unpacked;
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return {};
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> ends(&stream, inflateEnd);
  const auto unpack = [&](z_stream& z, const uint8_t* packed, size_t size) {
    z.next_in = const_cast<uint8_t*>(packed);  // which zlib only reads
    z.avail_in = static_cast<uInt>(size);
    int code = Z_OK;
    do {
      z.next_out = unpacked.data();
      z.avail_out = unpacked.size();
      code = inflate(&z, Z_NO_FLUSH);
    } while (code == Z_OK && z.avail_out == 0);
    return code;
  };
  const auto* const data = reinterpret_cast<const uint8_t*>(file.data());
  size_t end = 0;  // of the last chunk of pixels
  for (size_t at = 8; at + 12 <= file.size();) {
    const size_t size = png_get_uint_32(data + at);
    if (size > file.size() - at - 12) break;
    if (std::memcmp(data + at + 4, "IDAT", 4) == 0) {
      end = at + size + 12;
      if (size > 0 && unpack(stream, data + at + 8, size) == Z_STREAM_END) return {};
    } else if (end > 0) {
      break;  // the chunks of pixels follow each other
    }
    at += size + 12;
  }
  std::array<uint8_t, 12 + 4> chunk{};
  for (size_t missing = 1; missing <= 4; ++missing) {
    png_save_uint_32(chunk.data() + 8, static_cast<uint32_t>(stream.adler));
    z_stream trial{};
    if (inflateCopy(&trial, &stream) != Z_OK) return {};
    const int code = unpack(trial, chunk.data() + 12 - missing, missing);
    inflateEnd(&trial);
    if (code != Z_STREAM_END) continue;
    std::memmove(chunk.data() + 8, chunk.data() + 12 - missing, missing);
    png_save_uint_32(chunk.data(), static_cast<uint32_t>(missing));
    std::memcpy(chunk.data() + 4, "IDAT", 4);
    png_save_uint_32(chunk.data() + 8 + missing,
                     static_cast<uint32_t>(crc32_z(0, chunk.data() + 4, 4 + missing)));
    std::vector<std::byte> whole(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(end));
    const auto added = std::as_bytes(std::span(chunk)).first(12 + missing);
    whole.insert(whole.end(), added.begin(), added.end());
    whole.insert(whole.end(), file.begin() + static_cast<std::ptrdiff_t>(end), file.end());
    return whole;
  }
  return {};
}

StoredPicture read_png(std::span<const std::byte> bytes, int64_t most_pixels) {
  PngFile file;
  file.rest = bytes;
  if (file.info == nullptr || !file.attempt([&] { file.open(); })) file.refuse();
  StoredPicture picture;
  picture.check_size(png_get_image_width(file.png, file.info), png_get_image_height(file.png, file.info),
                     bytes.size(), most_pixels);
  const bool read = file.attempt([&] {
    png_set_expand(file.png);
    png_set_strip_16(file.png);
    png_set_gray_to_rgb(file.png);
    const int passes = png_set_interlace_handling(file.png);
    png_read_update_info(file.png, file.info);
    picture.allocate(png_get_channels(file.png, file.info));
    for (int pass = 0; pass < passes; ++pass)
      for (int64_t y = 0; y < picture.height; ++y)
        png_read_row(file.png, picture.values.data() + y * picture.width * picture.channels, nullptr);
  });
  if (!read && !(file.ended && file.has_every_row())) {
    const std::vector<std::byte> whole =
        file.is_behind_pixels() ? with_checksum(bytes) : std::vector<std::byte>();
    if (whole.empty()) file.refuse();
    picture.lock = {};
    return read_png(whole, most_pixels);
  }
  if (read) file.attempt([&] { png_read_end(file.png, file.info); });  // for EXIF alone: the pixels are there
  picture.orientation = file.orientation.value_or(1);
  return picture;
}

// Progressive JPEGs usually have 10 scans, and up to 20 from encoders that search for the shortest file.
constexpr int64_t kMostScansOfLargest = 32;

struct JpegFile : Attempts {
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg_source_mgr source{};
  jpeg_progress_mgr progress{};
  int most_scans = 500;

  explicit JpegFile(std::span<const std::byte> bytes) {
    jpeg.err = jpeg_std_error(&errors);
    jpeg.client_data = this;
    errors.error_exit = fail;
    errors.emit_message = warn;
    source.next_input_byte = reinterpret_cast<const JOCTET*>(bytes.data());
    source.bytes_in_buffer = bytes.size();
    source.init_source = source.term_source = [](j_decompress_ptr) {};
    source.fill_input_buffer = end;
    source.skip_input_data = skip;
    source.resync_to_restart = jpeg_resync_to_restart;
    progress.progress_monitor = count_scans;
  }
  ~JpegFile() { jpeg_destroy_decompress(&jpeg); }
  JpegFile(const JpegFile&) = delete;
  JpegFile& operator=(const JpegFile&) = delete;

  static void fail(j_common_ptr jpeg) {
    auto& file = *static_cast<JpegFile*>(jpeg->client_data);
    jpeg->err->format_message(jpeg, file.why.data());
    std::longjmp(file.back, 1);
  }
  // Bytes between segments, another revision and unusual headers harm nothing; what is missing or no code
  // does.
  static void warn(j_common_ptr jpeg, int level) {
    if (level >= 0) return;
    const int code = jpeg->err->msg_code;
    if (code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE || code == JWRN_ARITH_BAD_CODE ||
        code == JWRN_MUST_RESYNC)
      fail(jpeg);
  }
  static boolean end(j_decompress_ptr jpeg) {
    static constexpr JOCTET kEnd[] = {0xff, JPEG_EOI};
    static_cast<JpegFile*>(jpeg->client_data)->ended = true;
    jpeg->src->next_input_byte = kEnd;
    jpeg->src->bytes_in_buffer = sizeof kEnd;
    return TRUE;
  }
  static void skip(j_decompress_ptr jpeg, long count) {
    if (count > static_cast<long>(jpeg->src->bytes_in_buffer)) {
      end(jpeg);
    } else if (count > 0) {
      jpeg->src->next_input_byte += count;
      jpeg->src->bytes_in_buffer -= static_cast<size_t>(count);
    }
  }
  static void count_scans(j_common_ptr jpeg) {
    auto& file = *static_cast<JpegFile*>(jpeg->client_data);
    if (file.jpeg.input_scan_number <= file.most_scans) return;
    std::snprintf(file.why.data(), file.why.size(), "it has more than %d scans", file.most_scans);
    std::longjmp(file.back, 1);
  }
  void open() {
    jpeg_create_decompress(&jpeg);
    jpeg.src = &source;
    jpeg.progress = &progress;
    jpeg_save_markers(&jpeg, kExifMarker, 0xffff);
    jpeg_read_header(&jpeg, TRUE);
  }
  // Of the first EXIF data.
  int orientation() const {
    for (auto* marker = jpeg.marker_list; marker != nullptr; marker = marker->next)
      if (const auto found = exif_orientation({marker->data, marker->data_length})) return *found;
    return 1;
  }
  // Had each colour a scan?
  bool has_every_colour() const {
    return std::all_of(jpeg.comp_info, jpeg.comp_info + jpeg.num_components,
                       [](const jpeg_component_info& colour) { return colour.quant_table != nullptr; });
  }
  // Were the last scans there, by what the others left to them? What arithmetic coding leaves out at its end
  // nobody can tell.
  bool has_every_scan() const {
    if (jpeg.arith_code) return false;
    const auto is_whole = [](const auto& coefficients) {
      return std::ranges::all_of(coefficients, [](int missing_bits) { return missing_bits == 0; });
    };
    return !jpeg.progressive_mode ||
           std::all_of(jpeg.coef_bits, jpeg.coef_bits + jpeg.num_components, is_whole);
  }

 private:
  static constexpr int kExifMarker = JPEG_APP0 + 1;
};

StoredPicture read_jpeg(std::span<const std::byte> bytes, int64_t most_pixels) {
  JpegFile file(bytes);
  jpeg_decompress_struct& jpeg = file.jpeg;
  if (!file.attempt([&] { file.open(); })) file.refuse();
  StoredPicture picture;
  picture.check_size(jpeg.image_width, jpeg.image_height, bytes.size(), most_pixels);
  // A scan takes time by the picture's size, and hardly any bytes.
  file.most_scans = static_cast<int>(std::min<int64_t>(
      file.most_scans, kMostScansOfLargest * most_pixels / (picture.width * picture.height)));
  picture.orientation = file.orientation();
  const bool cmyk = jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK;
  jpeg.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
  picture.allocate(cmyk ? 4 : 3);
  const bool read = file.attempt([&] {
    jpeg_start_decompress(&jpeg);
    while (jpeg.output_scanline < jpeg.output_height) {
      JSAMPROW row = picture.values.data() + jpeg.output_scanline * picture.width * picture.channels;
      jpeg_read_scanlines(&jpeg, &row, 1);
    }
  });
  if (!read) file.refuse();
  if (file.ended && !(file.has_every_colour() && file.has_every_scan())) ends_too_early();
  if (!file.has_every_colour()) is_damaged("the scan of a colour is missing");
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

std::optional<Rgb> colour_of(const std::string& word) {
  if (word == "white") return Rgb{255, 255, 255};
  if (word == "black") return Rgb{0, 0, 0};
  const std::optional<uint32_t> number = parse_hexadecimal(word);
  if (word.size() != 6 || !number) return {};
  return Rgb{static_cast<uint8_t>(*number >> 16), static_cast<uint8_t>(*number >> 8),
             static_cast<uint8_t>(*number)};
}

Rgb background_colour(const std::string& word) {
  if (const std::optional<Rgb> colour = colour_of(word)) return *colour;
  throw Error(
      "background='{}' is not a colour. Hint: use white, black, six digits as in background=ff8000, noise, "
      "or a folder of pictures",
      word);
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
    throw Error("its bytes are neither PNG nor JPEG. Hint: convert it");
  StoredPicture picture = png ? read_png(file, most_pixels) : read_jpeg(file, most_pixels);
  const int64_t pixels = picture.width * picture.height;
  if (picture.channels == 4)
    over_background(picture.values.data(), pixels, background, picture.values.data());
  picture.values.resize(static_cast<size_t>(3 * pixels));
  return upright({picture.width, picture.height, std::move(picture.values)}, picture.orientation);
}

}  // namespace gradzoo
