#include "datasets/images/zip.h"

#include <cstring>

#include <doctest/doctest.h>
#include <zlib.h>

#include "support/error_message.h"

namespace gradzoo {
namespace {

std::span<const std::byte> view(const std::string& bytes) { return std::as_bytes(std::span(bytes)); }

std::string unpacked(const std::string& file, size_t member) {
  const ZipReader zip(view(file), "x.npz");
  const std::vector<std::byte> bytes = zip.read(zip.members().at(member));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

const std::vector<std::pair<std::string, std::string>> kTwo = {{"a.npy", "hello"},
                                                               {"b.npy", std::string(1000, 'x')}};

// The same file with its second member deflated.
std::string deflated() {
  std::string packed(2000, '\0');
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string plain = kTwo[1].second;
  stream.next_in = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  const std::vector<std::pair<std::string, std::string>> one = {{"b.npy", packed}};
  std::string file = zip_bytes(one);
  const auto put = [&](size_t at, uint64_t value, size_t bytes) {
    for (size_t i = 0; i < bytes; ++i) file[at + i] = static_cast<char>(value >> (8 * i) & 0xff);
  };
  const auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(plain.data()), plain.size());
  const size_t directory = file.find("PK\x01\x02");
  for (const size_t at : {size_t{8}, directory + 10}) {  // method, time, date, crc, packed, size
    put(at, 8, 2);
    put(at + 6, crc, 4);
    put(at + 14, plain.size(), 4);
  }
  return file;
}

TEST_CASE("members come back by name and order, stored or deflated") {
  const std::string file = zip_bytes(kTwo);
  const ZipReader zip(view(file), "x.npz");
  REQUIRE(zip.members().size() == 2);
  CHECK(zip.members()[0].name == "a.npy");
  CHECK(unpacked(file, 0) == "hello");
  CHECK(unpacked(file, 1) == kTwo[1].second);
  const std::string packed = deflated();
  CHECK(packed.size() < 300);
  CHECK(unpacked(packed, 0) == kTwo[1].second);
}

TEST_CASE("a damaged zip file is refused, wherever a byte is lost or changed") {
  const std::string good = deflated();
  const auto tried = [](const std::string& file) {
    return test::error_message([&] {
      const ZipReader zip(view(file), "x.npz");
      for (const ZipReader::Member& member : zip.members()) zip.read(member);
    });
  };
  CHECK(tried(good).empty());
  for (size_t length = 0; length < good.size(); ++length) {
    CAPTURE(length);
    CHECK(test::contains(tried(good.substr(0, length)), "Hint: "));
  }
  std::string other = good;
  other[36] = static_cast<char>(other[36] ^ 0x10);  // of the packed bytes
  CHECK(test::contains(tried(other), "Hint: "));
  // 4 GiB promised by a hundred bytes.
  std::string bomb = good;
  const size_t directory = bomb.find("PK\x01\x02");
  for (size_t i = 0; i < 4; ++i) bomb[directory + 24 + i] = static_cast<char>(i == 3 ? 0x7f : 0xff);
  CHECK(test::contains(tried(bomb), "damaged"));
  std::string encrypted = good;
  encrypted[directory + 8] = 1;
  CHECK(test::contains(tried(encrypted), "encrypted"));
}

}  // namespace
}  // namespace gradzoo
