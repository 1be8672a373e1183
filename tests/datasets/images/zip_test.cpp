#include "datasets/images/zip.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include "support/error_message.h"
#include "support/paths.h"
#include "support/scratch.h"

namespace gradzoo {
using namespace test;
namespace {

std::span<const std::byte> view(const std::string& bytes) { return std::as_bytes(std::span(bytes)); }

std::string unpacked(const std::string& file, size_t member) {
  const ZipReader zip(view(file), "x.npz");
  const std::vector<std::byte> bytes = zip.read(member);
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
  CHECK(zip.names() == std::vector<std::string>{"a.npy", "b.npy"});
  CHECK(unpacked(file, 0) == "hello");
  CHECK(file.starts_with(std::string("PK\3\4\x14\0\0\0\0\0\0\0\x21\0", 14)));  // on the first day of 1980
  CHECK(unpacked(file, 1) == kTwo[1].second);
  const std::string packed = deflated();
  CHECK(packed.size() < 300);
  CHECK(unpacked(packed, 0) == kTwo[1].second);
}

TEST_CASE("zip64, as `zip -fz` writes it, is read, and more than 1,000 members are refused") {
  const std::string file = read_file(source_dir() + "/tests/fuzz/corpus/npy/zip64.npz");
  CHECK(unpacked(file, 0).size() == 152);
  CHECK(unpacked(file, 1).starts_with("\x93NUMPY"));
  std::vector<std::pair<std::string, std::string>> many;
  for (int i = 0; i < 1000; ++i) many.emplace_back(std::to_string(i), "");
  CHECK(ZipReader(view(zip_bytes(many)), "x.npz").names().size() == 1000);
  many.emplace_back("x", "");
  CHECK(contains(error_message([&] { ZipReader(view(zip_bytes(many)), "x.npz"); }), "1000 members"));
}

TEST_CASE("what two readers could read differently is refused") {
  const auto tried = [](const std::string& file) {
    return error_message([&] {
      const ZipReader zip(view(file), "x.npz");
      for (size_t member = 0; member < zip.names().size(); ++member) zip.read(member);
    });
  };
  const std::string good = zip_bytes(kTwo);
  CHECK(tried(good).empty());
  // NumPy takes the last of two members of one name.
  const std::vector<std::pair<std::string, std::string>> twice = {
      {"a.npy", "first"}, {"b.npy", ""}, {"a.npy", "last"}};
  CHECK(tried(zip_bytes(twice)) ==
        "x.npz: this zip file has two members a.npy. Hint: save one array per name");
  const std::vector<std::pair<std::string, std::string>> cases = {{"a.npy", "first"}, {"A.npy", "other"}};
  CHECK(tried(zip_bytes(cases)).empty());  // two names to every reader
  // Names, sizes and places that the directory and the members themselves tell differently.
  const size_t directory = good.find("PK\x01\x02"), second = good.find("PK\x01\x02", directory + 1);
  std::string named = good;
  named[directory + 46] = 'c';
  CHECK(contains(tried(named), "Hint: "));
  std::string lapped = good;  // both members are the first
  lapped.replace(second + 42, 4, std::string(4, '\0'));
  CHECK(contains(tried(lapped), "Hint: "));
  std::string shorter = good;
  for (const size_t at : {directory + 20, directory + 24}) shorter[at] = 4;
  CHECK(contains(tried(shorter), "Hint: "));
  // Sum and sizes that no reading would miss, and a name that goes on in the member's own header.
  const std::string packed = deflated();
  for (const size_t at : {size_t{10}, size_t{16}, size_t{20}, size_t{24}}) {
    std::string other = packed;
    ++other[packed.find("PK\x01\x02") + at];
    CHECK_MESSAGE(contains(tried(other), "directory and its members differ"), at);
  }
  const std::vector<std::pair<std::string, std::string>> longer = {{"a.npyX", "hello"}};
  std::string goes_on = zip_bytes(longer);
  --goes_on[goes_on.find("PK\x01\x02") + 28];  // of the name, whose last letter is a comment
  ++goes_on[goes_on.find("PK\x01\x02") + 32];
  CHECK(contains(tried(goes_on), "directory and its members differ"));
  // One directory more: before the file, in its comment, or behind a comment that ends too early.
  const std::vector<std::pair<std::string, std::string>> one = {{"a.npy", "other"}};
  const std::string other = zip_bytes(one);
  CHECK(contains(tried(other + good), "two directories"));
  for (const std::string& behind : {std::string(), std::string("x")}) {
    std::string comment = good + other + behind;
    comment[good.size() - 2] = static_cast<char>(other.size());
    CHECK(contains(tried(comment), "two directories"));
  }
  for (const std::string& text :
       {std::string("hello"), std::string("PK\5\6 is no end, and no directory stands here")}) {
    std::string words = good + text;
    words[good.size() - 2] = static_cast<char>(text.size());
    CHECK(tried(words).empty());
  }
}

TEST_CASE("a damaged zip file is refused, wherever a byte is lost or changed") {
  const std::string good = deflated();
  const auto tried = [](const std::string& file) {
    return error_message([&] {
      const ZipReader zip(view(file), "x.npz");
      for (size_t member = 0; member < zip.names().size(); ++member) zip.read(member);
    });
  };
  CHECK(tried(good).empty());
  for (size_t length = 1; length < good.size(); ++length) {  // of nothing it is an empty one
    CAPTURE(length);
    CHECK(contains(tried(good.substr(0, length)), "Hint: "));
  }
  std::string other = good;
  other[36] = static_cast<char>(other[36] ^ 0x10);  // of the packed bytes
  CHECK(contains(tried(other), "Hint: "));
  other = zip_bytes(kTwo);
  other[36] = 'E';  // of "hello"
  CHECK(contains(tried(other), "damaged"));
  // 4 GiB promised by a hundred bytes.
  std::string bomb = good;
  const size_t directory = bomb.find("PK\x01\x02");
  for (const size_t at : {size_t{22}, directory + 24})
    for (size_t i = 0; i < 4; ++i) bomb[at + i] = static_cast<char>(i == 3 ? 0x7f : 0xff);
  CHECK(contains(error_message([&] { ZipReader(view(bomb), "x.npz"); }), "damaged"));
  // Ten members in one place, which together are larger than the file.
  const std::vector<std::pair<std::string, std::string>> one = {{"a.npy", std::string(1000, 'x')}};
  std::string piled = zip_bytes(one);
  const size_t first = piled.find("PK\x01\x02"), end = piled.find("PK\x05\x06");
  const std::string entry = piled.substr(first, end - first);
  CHECK(tried(piled).empty());
  for (int more = 0; more < 9; ++more) piled.insert(first, entry);
  const size_t counts = piled.find("PK\x05\x06") + 8;
  piled[counts] = piled[counts + 2] = 10;
  piled[counts + 4] = static_cast<char>(10 * entry.size() & 0xff);
  piled[counts + 5] = static_cast<char>(10 * entry.size() >> 8);
  CHECK(contains(tried(piled), "damaged"));
  std::string encrypted = good;
  encrypted[directory + 8] = 1;
  CHECK(contains(tried(encrypted), "encrypted"));
}

}  // namespace
}  // namespace gradzoo
