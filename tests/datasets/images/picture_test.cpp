#include "datasets/images/picture.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "datasets/images/picture_makers.h"
#include "support/error_message.h"

namespace gradzoo {
using namespace test;
namespace {

constexpr Rgb kWhite{255, 255, 255}, kBlack{0, 0, 0};

DecodedPicture decoded(const std::string& file, const Rgb& background = kWhite) {
  return decode_picture(std::as_bytes(std::span(file)), background);
}

Rgb pixel(const DecodedPicture& picture, int64_t x, int64_t y) {
  const uint8_t* const at = picture.rgb.data() + 3 * (y * picture.width + x);
  return {at[0], at[1], at[2]};
}

// The corpus' picture: red, green over blue, yellow, each a quarter.
constexpr std::array<Rgb, 4> kQuarters{{{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 0}}};

std::array<Rgb, 4> corners(const DecodedPicture& picture) {
  const int64_t right = picture.width - 1, bottom = picture.height - 1;
  return {pixel(picture, 0, 0), pixel(picture, right, 0), pixel(picture, 0, bottom),
          pixel(picture, right, bottom)};
}

// The largest difference of any value at the corners from the quarters' colours.
int difference(const DecodedPicture& picture) {
  int most = 0;
  for (size_t i = 0; i < 4; ++i)
    for (size_t c = 0; c < 3; ++c)
      most = std::max(most, std::abs(int{corners(picture)[i][c]} - int{kQuarters[i][c]}));
  return most;
}

std::string picture_refusal(const std::string& file) {
  return error_message([&] { decoded(file); });
}

}  // namespace

TEST_CASE("PNG of each kind: colour, palette, interlaced; bits and grey by their values") {
  for (const char* name : {"rgb.png", "palette.png", "interlaced.png"}) {
    CAPTURE(name);
    const DecodedPicture picture = decoded(corpus_picture(name));
    CHECK(picture.width == 12);
    CHECK(picture.height == 8);
    CHECK(difference(picture) == 0);
    CHECK(picture.rgb == decoded(corpus_picture("rgb.png")).rgb);
  }
  CHECK(pixel(decoded(corpus_picture("grey.png")), 0, 0) == Rgb{76, 76, 76});  // 0.299 of 255
  for (const uint8_t value : decoded(corpus_picture("bits.png")).rgb) CHECK((value == 0 || value == 255));
  const DecodedPicture deep = decoded(corpus_picture("deep.png"));  // pixel i is 682 i of 65535
  CHECK(pixel(deep, 3, 1) == Rgb{15 * 682 / 256, 15 * 682 / 256, 15 * 682 / 256});
}

TEST_CASE("Transparent pixels show the background, half transparent ones half of it") {
  const std::string file = corpus_picture("alpha.png");  // clear, half, opaque from the left
  CHECK(pixel(decoded(file), 0, 0) == kWhite);
  CHECK(pixel(decoded(file, kBlack), 0, 0) == kBlack);
  CHECK(pixel(decoded(file, {1, 2, 3}), 0, 0) == Rgb{1, 2, 3});
  CHECK(pixel(decoded(file, kBlack), 4, 0) == Rgb{128, 0, 0});
  CHECK(pixel(decoded(file), 4, 0) == Rgb{255, 127, 127});
  CHECK(pixel(decoded(file, kBlack), 6, 0) == Rgb{0, 255, 0});
  CHECK(background_colour("ff8000") == Rgb{255, 128, 0});
  CHECK(background_colour("black") == kBlack);
  for (const char* word : {"", "red", "ff80", "ff80000", "0xff80", "-12345"}) {
    const std::string message = error_message([&] { background_colour(word); });
    CHECK_MESSAGE(contains(message, "is not a colour. Hint: use white, black"), message);
  }
}

TEST_CASE("PNG: one colour may be clear; EXIF turns, gamma changes nothing") {
  const std::string file = png_file(2, 1, 1, {7, 200});
  const auto with = [&](const std::string& kind, const std::string& data) {
    return std::string(file).insert(file.find("IDAT") - 4, png_chunk(kind, data));
  };
  const std::vector<uint8_t> plain = {7, 7, 7, 200, 200, 200}, turned = {200, 200, 200, 7, 7, 7};
  CHECK(decoded(file).rgb == plain);
  CHECK(decoded(with("tRNS", {0, 7}), {1, 2, 3}).rgb == std::vector<uint8_t>{1, 2, 3, 200, 200, 200});
  CHECK(decoded(with("gAMA", {0, 0, 0x75, 0x30})).rgb == plain);
  const char upside_down[] = "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x03\0\0\0\0\0";
  const std::string exif(upside_down, sizeof upside_down);
  CHECK(decoded(with("eXIf", exif)).rgb == turned);
  const size_t end = file.size() - png_chunk("IEND", "").size();
  CHECK(decoded(std::string(file).insert(end, png_chunk("eXIf", exif))).rgb == turned);
  // Of deflated texts 64 are unpacked: each may become a thousand times as long.
  std::string text = "\nexif\n9\n";
  for (const char c : exif) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  std::string packed(compressBound(text.size()), '\0');
  uLongf length = packed.size();
  compress(reinterpret_cast<Bytef*>(packed.data()), &length, reinterpret_cast<const Bytef*>(text.data()),
           text.size());
  const std::string keyword("Raw profile type exif\0\0", 23),
      right = png_chunk("zTXt", keyword + packed.substr(0, length)),
      wrong = png_chunk("zTXt", keyword + "none");
  const auto behind = [&](int texts) {
    std::string before;
    for (int i = 0; i < texts; ++i) before += wrong;
    return decoded(std::string(file).insert(file.find("IDAT") - 4, before + right)).rgb;
  };
  CHECK(behind(0) == turned);
  CHECK(behind(63) == turned);
  CHECK(behind(64) == plain);
}

TEST_CASE(
    "PNG: pixels without zlib's checksum, or with another one, are read; a wrong one of a chunk is not") {
  for (const char* name : {"rgb.png", "interlaced.png", "palette.png"}) {
    CAPTURE(std::string(name));
    const std::string file = corpus_picture(name);
    const std::vector<uint8_t> whole = decoded(file).rgb;
    const auto of = [&](const auto& change) {  // the file with other packed pixels
      const size_t begin = file.find("IDAT") - 4, end = file.find("IEND") - 4;
      std::string packed = file.substr(begin + 8, end - begin - 12);
      CHECK(file.substr(begin, end - begin) == png_chunk("IDAT", packed));  // it has one such chunk
      return file.substr(0, begin) + change(packed) + file.substr(end);
    };
    for (size_t cut = 0; cut <= 4; ++cut) {
      CAPTURE(cut);
      const auto shorter = [&](const std::string& packed) {
        return png_chunk("IDAT", packed.substr(0, packed.size() - cut));
      };
      CHECK(decoded(of(shorter)).rgb == whole);
      CHECK(decoded(of([&](const std::string& packed) {
              return shorter(packed) + png_chunk("IDAT", "");
            })).rgb == whole);
      CHECK(decoded(of([&](const std::string& packed) {
              return shorter(packed) + png_chunk("tEXt", std::string("a\0b", 3));
            })).rgb == whole);
    }
    CHECK(contains(picture_refusal(of([](std::string packed) {
                     packed.back() = static_cast<char>(packed.back() ^ 1);
                     return png_chunk("IDAT", packed);
                   })),
                   "it is damaged"));
    CHECK(contains(picture_refusal(of([](const std::string& packed) {
                     std::string chunk = png_chunk("IDAT", packed.substr(0, packed.size() - 4));
                     chunk.back() = static_cast<char>(chunk.back() ^ 1);
                     return chunk;
                   })),
                   "it is damaged"));
    CHECK(contains(picture_refusal(of([](const std::string& packed) {
                     return png_chunk("IDAT", packed.substr(0, packed.size() / 2));
                   })),
                   "Hint: "));
  }
}

TEST_CASE("JPEG: baseline, progressive, arithmetic, subsampled, CMYK are within what JPEG loses") {
  for (const char* name :
       {"baseline.jpg", "progressive.jpg", "arithmetic.jpg", "subsampled.jpg", "cmyk.jpg"}) {
    CAPTURE(name);
    const DecodedPicture picture = decoded(corpus_picture(name));
    CHECK(picture.width == 24);
    CHECK(picture.height == 16);
    CHECK(difference(picture) <= 12);
  }
  // A fifth cyan, two fifths magenta, half black, without Adobe's marker.
  CHECK(pixel(decoded(corpus_picture("cmyk_plain.jpg")), 3, 3) == Rgb{102, 76, 127});
  // Bytes too many, before the end marker.
  std::string more = corpus_picture("baseline.jpg");
  more.insert(more.size() - 2, 100, 'x');
  CHECK(decoded(more).rgb == decoded(corpus_picture("baseline.jpg")).rgb);
  // Between the quarters, to the last bit as Pillow has it.
  CHECK(pixel(decoded(corpus_picture("subsampled.jpg")), 11, 8) == Rgb{44, 9, 89});
}

TEST_CASE("A colour over a background is rounded to the nearest") {
  const uint8_t rgba[] = {127, 128, 255, 1, 10, 20, 30, 255, 10, 20, 30, 0, 255, 0, 3, 128};
  uint8_t rgb[12];
  over_background(rgba, 4, {0, 0, 0}, rgb);
  CHECK(std::vector<int>(rgb, rgb + 12) == std::vector<int>{0, 1, 1, 10, 20, 30, 0, 0, 0, 128, 0, 2});
  over_background(rgba, 4, {255, 255, 255}, rgb);
  CHECK(std::vector<int>(rgb + 6, rgb + 12) == std::vector<int>{255, 255, 255, 255, 127, 129});
}

TEST_CASE("Each EXIF orientation is turned upright") {
  for (int orientation = 2; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    const DecodedPicture picture = decoded(corpus_picture("turned" + std::to_string(orientation) + ".jpg"));
    CHECK(picture.width == 24);
    CHECK(picture.height == 16);
    CHECK(difference(picture) <= 12);
  }
}

TEST_CASE("What is cut short, damaged, too large or no picture is refused before pixels are decoded") {
  CHECK(contains(picture_refusal(corpus_picture("short.png")), "end too early. Hint: "));
  CHECK(contains(picture_refusal(corpus_picture("short.jpg")), "end too early. Hint: "));
  CHECK(contains(picture_refusal(corpus_picture("huge.png")), "more than 64 million pixels"));
  CHECK(decoded(corpus_picture("bomb.png")).rgb.size() == 3);  // 4 MB follow the pixel, and are left
  CHECK(contains(picture_refusal("GIF89a"), "neither PNG nor JPEG"));
  CHECK(contains(picture_refusal(""), "it is empty"));
  std::string damaged = corpus_picture("rgb.png");
  damaged[damaged.size() - 14] ^= 1;  // of a check sum
  CHECK(contains(picture_refusal(damaged), "it is damaged"));
  // A JPEG of 65,000 x 1,000 pixels in 735 bytes.
  std::string wide = corpus_picture("baseline.jpg");
  const size_t frame = wide.find("\xff\xc0");
  REQUIRE(frame != std::string::npos);
  wide.replace(frame + 5, 4, "\x03\xe8\xfd\xe8");
  CHECK(contains(picture_refusal(wide), "end too early"));
  // A PNG of 60,000 x 1,000 pixels whose few bytes would be found damaged, were they looked at.
  const std::string promising("\0\0\xea\x60\0\0\x03\xe8\x08\0\0\0\0", 13);
  CHECK(contains(picture_refusal("\x89PNG\r\n\x1a\n" + png_chunk("IHDR", promising) +
                                 png_chunk("IDAT", "no deflated data")),
                 "end too early"));
  // The last scan a thousand times.
  std::string scans = corpus_picture("progressive.jpg");
  const std::string last = scans.substr(scans.rfind("\xff\xda"));
  for (int i = 0; i < 1000; ++i) scans.insert(scans.size() - 2, last, 0, last.size() - 2);
  CHECK(contains(picture_refusal(scans), "has more than 500 scans"));
}

TEST_CASE("A JPEG has at most so many scans as take the time of 32 of the largest picture") {
  std::string file = corpus_picture("progressive.jpg");
  const std::string last = file.substr(file.rfind("\xff\xda"));
  const DecodedPicture picture = decoded(file);
  const int64_t pixels = picture.width * picture.height;
  int64_t scans = 0;
  for (size_t at = 0; (at = file.find("\xff\xda", at)) != std::string::npos; ++at) ++scans;
  REQUIRE(scans == 10);
  const auto refusal = [&](int64_t most_pixels) {
    return error_message([&] { decode_picture(std::as_bytes(std::span(file)), kWhite, most_pixels); });
  };
  CHECK(refusal(pixels) == "");
  for (; scans < 33; ++scans) {
    CHECK(refusal(pixels) == "");
    file.insert(file.size() - 2, last, 0, last.size() - 2);
  }
  CHECK(contains(refusal(pixels), "has more than 32 scans"));
  CHECK(refusal(2 * pixels) == "");
  for (; scans < 66; ++scans) file.insert(file.size() - 2, last, 0, last.size() - 2);
  CHECK(contains(refusal(2 * pixels), "has more than 64 scans"));
  CHECK(refusal(kMostPixels) == "");
}

TEST_CASE("Every prefix of a picture is refused, or is the picture where its end alone is missing") {
  struct Cut {
    const char* name;
    size_t end;  // bytes that may be missing
  };
  // A JPEG's end marker; a PNG's last chunk, and the sum before it.
  for (const Cut& cut : {Cut{"cmyk.jpg", 2}, Cut{"progressive.jpg", 2}, Cut{"scans.jpg", 2},
                         Cut{"arithmetic.jpg", 0}, Cut{"rgb.png", 16}, Cut{"interlaced.png", 16}}) {
    const std::string whole = corpus_picture(cut.name);
    for (size_t length = 0; length < whole.size(); ++length) {
      CAPTURE(cut.name);
      CAPTURE(length);
      const std::string prefix = whole.substr(0, length);
      if (length + cut.end < whole.size())
        CHECK(contains(picture_refusal(prefix), "Hint: "));
      else
        CHECK(decoded(prefix).rgb == decoded(whole).rgb);
    }
  }
}

TEST_CASE("A JPEG padded between its segments is read, and refused where rows are missing besides") {
  for (const char* name : {"baseline.jpg", "scans.jpg", "turned6.jpg"}) {
    const std::string file = corpus_picture(name);
    for (const std::string& padding :
         {std::string(5, '\0'), std::string(9, '\xff'), std::string("\xff\0pad\xff", 6)}) {
      CAPTURE(name);
      std::string padded = file.substr(0, 2);
      for (size_t at = 2; at < file.size();) {
        const size_t length =
            2 + (size_t{static_cast<uint8_t>(file[at + 2])} << 8) + static_cast<uint8_t>(file[at + 3]);
        const bool scan = file[at + 1] == '\xda';
        padded += (at > 2 ? padding : "") + file.substr(at, scan ? std::string::npos : length);
        at = scan ? file.size() : at + length;
      }
      CHECK(decoded(padded).rgb == decoded(file).rgb);
      CHECK(contains(picture_refusal(padded.substr(0, padded.size() - 20)), "end too early"));
      CHECK(contains(picture_refusal(padded.substr(0, padded.size() - 20) + "\xff\xd9"), "it is damaged"));
    }
  }
}

TEST_CASE(
    "A JPEG without the scan of a colour is refused, whatever its end; of finer scans what is there is "
    "taken") {
  const std::string colours = corpus_picture("scans.jpg"), fine = corpus_picture("progressive.jpg");
  const std::string no_last = colours.substr(0, colours.rfind("\xff\xda"));
  CHECK(contains(picture_refusal(no_last), "end too early"));
  CHECK(contains(picture_refusal(no_last + "\xff\xd9"), "it is damaged"));
  const std::string coarse = fine.substr(0, fine.rfind("\xff\xda"));
  CHECK(contains(picture_refusal(coarse), "end too early"));
  CHECK(difference(decoded(coarse + "\xff\xd9")) <= 16);
}

TEST_CASE("A JPEG is damaged where a code is none or a restart is missing, and cut where a segment is") {
  const std::string file = corpus_picture("restarts.jpg");
  REQUIRE(decoded(file).rgb == decoded(corpus_picture("baseline.jpg")).rgb);
  const size_t restart = file.find("\xff\xd0"), next = file.find("\xff\xd1");
  REQUIRE((restart < next && next < file.size()));
  std::string other = file;
  CHECK(contains(picture_refusal(other.erase(restart, next - restart)), "it is damaged"));
  other = file;
  other[next + 1] = '\xd5';  // so four are lost
  CHECK(contains(picture_refusal(other), "found marker 0xd5"));
  other = file;
  CHECK(contains(picture_refusal(other.insert(restart + 2, "\xff\0\xff\0\xff\0", 6)), "bad Huffman code"));
  other = file;
  other.insert(2, "\xff\xe5\x20\0", 4);  // eight thousand bytes, of which there are fewer
  CHECK(contains(picture_refusal(other), "end too early"));
}

TEST_CASE("A JPEG whose table has more codes than there are bytes is refused") {
  std::string file = corpus_picture("baseline.jpg");
  const size_t table = file.find("\xff\xc4");
  REQUIRE(table != std::string::npos);
  const size_t length = 2 + 1 + 16 + 16 * 255;
  std::string bad = "\xff\xc4";
  bad += static_cast<char>(length >> 8);
  bad += static_cast<char>(length & 0xff);
  bad += '\0';
  bad += std::string(16, '\xff') + std::string(16 * 255, '\x01');
  file.insert(table, bad);
  CHECK(contains(picture_refusal(file), "it is damaged"));
}

}  // namespace gradzoo
