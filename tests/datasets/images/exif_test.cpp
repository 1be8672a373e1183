#include "datasets/images/exif.h"

#include <string>

#include <doctest/doctest.h>
#include <zlib.h>

namespace gradzoo {
namespace {

std::span<const uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string number(uint64_t value, int bytes, bool little) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> 8 * (little ? i : bytes - 1 - i) & 0xff);
  return out;
}

// A directory at byte 12 of another tag and the orientation, which is of that type: 3 a short, 4 a long.
std::string tiff(uint64_t orientation, bool little, int type = 3) {
  const auto of = [&](uint64_t value, int bytes) { return number(value, bytes, little); };
  std::string out = (little ? "II" : "MM") + of(42, 2) + of(12, 4) + "skip" + of(2, 2);
  out += of(0x0100, 2) + of(4, 2) + of(1, 4) + of(7, 4) + of(0x0112, 2) + of(static_cast<uint64_t>(type), 2) +
         of(1, 4);
  out += type == 4 ? of(orientation, 4) : of(orientation, 2) + of(0, 2);
  return out + of(0, 4);
}

std::string raw_profile(const std::string& bytes, const char* digits) {
  std::string out = "\nexif\n      " + std::to_string(bytes.size()) + "\n";
  for (size_t i = 0; i < bytes.size(); ++i) {
    out += digits[static_cast<unsigned char>(bytes[i]) >> 4];
    out += digits[bytes[i] & 15];
    if (i % 36 == 35) out += '\n';
  }
  return out + "\n";
}

std::string deflated(const std::string& text) {
  std::string out(compressBound(text.size()), '\0');
  uLongf length = out.size();
  REQUIRE(compress(reinterpret_cast<Bytef*>(out.data()), &length, reinterpret_cast<const Bytef*>(text.data()),
                   text.size()) == Z_OK);
  out.resize(length);
  return out;
}

const std::string kKeyword("Raw profile type exif\0", 22);

}  // namespace

TEST_CASE(
    "the eight orientations are read in both orders of bytes, as short and long; another number is none") {
  for (const bool little : {true, false})
    for (const int type : {3, 4})
      for (const int value : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x0106}) {
        CAPTURE(value);
        const int right = value >= 1 && value <= 8 ? value : 1;
        const std::string data = tiff(static_cast<uint64_t>(value), little, type);
        CHECK(exif_orientation(bytes_of(data)) == right);
        CHECK(exif_orientation(bytes_of(std::string("Exif\0\0", 6) + data)) == right);
      }
  CHECK(exif_orientation(bytes_of(tiff(6, true, 2))) == 1);  // letters
  CHECK(exif_orientation(bytes_of(tiff(0x10006, true, 4))) == 1);
}

TEST_CASE("what is no TIFF header has no orientation, and a cut directory is upright") {
  CHECK_FALSE(exif_orientation(bytes_of("http://ns.adobe.com/xap/1.0/")));
  CHECK_FALSE(exif_orientation({}));
  CHECK_FALSE(exif_orientation(bytes_of("IM" + tiff(6, true).substr(2))));
  const std::string whole = tiff(6, false);
  for (size_t length = 2; length < whole.size() - 6; ++length) {
    CAPTURE(length);
    CHECK(exif_orientation(bytes_of(whole.substr(0, length))) == 1);
  }
  std::string wild = whole;
  wild.replace(4, 4, "\xff\xff\xff\xfe");
  CHECK(exif_orientation(bytes_of(wild)) == 1);
  wild = whole;
  wild.replace(12, 2, "\xff\xff");  // entries
  CHECK(exif_orientation(bytes_of(wild)) == 6);
}

TEST_CASE("ImageMagick's text of a PNG holds the same, plain or deflated, in either case of digits") {
  for (const char* digits : {"0123456789abcdef", "0123456789ABCDEF"}) {
    const std::string text = raw_profile(std::string("Exif\0\0", 6) + tiff(8, false), digits);
    CHECK(exif_orientation_of_text(bytes_of(kKeyword + text), false) == 8);
    CHECK(exif_orientation_of_text(bytes_of(kKeyword + '\0' + deflated(text)), true) == 8);
    CHECK_FALSE(exif_orientation_of_text(bytes_of(kKeyword + text), true));
    CHECK_FALSE(exif_orientation_of_text(bytes_of("Raw profile type icc" + text), false));
  }
  for (const std::string& cut :
       {std::string(), std::string("\n"), std::string("\nexif\n"), std::string("\nexif\n3")}) {
    CHECK_FALSE(exif_orientation_of_text(bytes_of(kKeyword + cut), false));
    CHECK_FALSE(exif_orientation_of_text(bytes_of(kKeyword + cut), true));
  }
  // 16 MB of digits in 16 kB: of them the first are looked at.
  const std::string bomb = raw_profile(tiff(3, true), "0123456789abcdef") + std::string(1 << 24, '0');
  CHECK(exif_orientation_of_text(bytes_of(kKeyword + '\0' + deflated(bomb)), true) == 3);
}

}  // namespace gradzoo
