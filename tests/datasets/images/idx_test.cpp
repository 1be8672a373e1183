#include "datasets/images/idx.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "datasets/images/idx_files.h"
#include "support/paths.h"

namespace gradzoo {
using namespace test;
namespace {

// The sentence with which a file of these bytes is refused; it must name the file and give one hint.
std::string refusal(const Bytes& bytes, const std::string& name = "images") {
  const ScratchFolder scratch;
  const std::string path = scratch.write(name, bytes);
  std::string message = error_message([&] { read_idx_images(path); });
  CHECK(message.starts_with(path + ": "));
  CHECK(contains(message, ". Hint: "));
  CHECK_FALSE(contains(message, "\n"));
  return message;
}

Bytes cut(Bytes bytes, size_t keep) {
  bytes.resize(keep);
  return bytes;
}

Bytes joined(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

TEST_CASE("images and labels are read as bytes in the file's shape") {
  const ScratchFolder scratch;
  const Tensor images = read_idx_images(scratch.write("images", idx_bytes({2, 3, 4}, counting(24))));
  CHECK(images.shape() == Shape{2, 3, 4});
  CHECK(images.dtype() == DType::u8);
  for (int i = 0; i < 24; ++i) CHECK(images.data<uint8_t>()[i] == i);
  const Tensor labels = read_idx_labels(scratch.write("labels", idx_bytes({3}, {9, 0, 255})));
  CHECK(labels.shape() == Shape{3});
  CHECK(labels.to_vector() == std::vector<double>{9, 0, 255});
}

TEST_CASE("images of four axes are coloured ones, a single channel is grey, and other numbers are refused") {
  const ScratchFolder scratch;
  const Tensor coloured = read_idx_images(scratch.write("rgb", idx_bytes({2, 2, 3, 3}, counting(36))));
  CHECK(coloured.shape() == Shape{2, 2, 3, 3});
  for (int i = 0; i < 36; ++i) CHECK(coloured.data<uint8_t>()[i] == i);
  CHECK(read_idx_images(scratch.write("grey", idx_bytes({2, 2, 3, 1}, counting(12)))).shape() ==
        Shape{2, 2, 3});
  CHECK(contains(refusal(idx_bytes({2, 2, 3, 4}, counting(48))), "has 4 channels"));
}

TEST_CASE("gzipped, plain and many-membered gzip files give the same values, whatever their names") {
  const ScratchFolder scratch;
  const Bytes bytes = idx_bytes({50, 60, 70}, counting(50 * 60 * 70));  // more than a read buffer
  const auto plain = read_idx_images(scratch.write("plain.gz", bytes)).to_vector();
  CHECK(read_idx_images(scratch.write("packed", gzipped(bytes))).to_vector() == plain);
  const auto half = bytes.begin() + 100'000;
  const Bytes members = joined(gzipped(Bytes(bytes.begin(), half)), gzipped(Bytes(half, bytes.end())));
  CHECK(read_idx_images(scratch.write("members", members)).to_vector() == plain);
}

TEST_CASE("a file that is missing or is no file is refused by name") {
  const ScratchFolder scratch;
  const std::string absent = (scratch.path() / "absent").string();
  CHECK(error_message([&] { read_idx_images(absent); }) == absent + ": no such file. Hint: check the path");
  const std::string folder = scratch.path().string();
  CHECK(contains(error_message([&] { read_idx_images(folder); }), "is not a regular file"));
  const std::string pipe = (scratch.path() / "pipe").string();
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(contains(error_message([&] { read_idx_images(pipe); }), "is not a regular file"));
}

TEST_CASE("a file that is not IDX is refused by its first bytes") {
  CHECK(contains(refusal({}), "has 0 bytes, fewer than an IDX header"));
  CHECK(contains(refusal({0, 0, 8}), "has 3 bytes"));
  CHECK(contains(refusal({'<', 'h', 't', 'm', 'l', '>'}), "is not an IDX file: it begins with 3c 68 74 6d"));
  CHECK(contains(refusal({'<', 'h', 't', 'm', 'l', '>'}, "images.gz"), "is not gzipped, nor an IDX file"));
  CHECK(contains(refusal(gzipped({1, 0, 8, 3})), "it begins with 01 00 08 03"));
}

TEST_CASE("another type of value and another number of axes are refused") {
  CHECK(contains(refusal(idx_bytes({2, 3, 4}, counting(96), 0x0D)), "contains 32-bit floats (type 0x0d)"));
  CHECK(contains(refusal(idx_bytes({2, 3, 4}, counting(24), 0x07)),
                 "contains an unknown type of value (type 0x07)"));
  CHECK(contains(refusal(idx_bytes({24}, counting(24))), "has 1 axes where images have 3"));
  CHECK(contains(refusal(idx_bytes({2, 2, 3, 2, 1}, counting(24))), "has 5 axes where images have 3"));
  CHECK(contains(refusal(idx_bytes({}, {})), "has 0 axes"));
  const ScratchFolder scratch;
  const std::string path = scratch.write("labels", idx_bytes({2, 3, 4}, counting(24)));
  CHECK(contains(error_message([&] { read_idx_labels(path); }), "has 3 axes where labels have 1"));
}

TEST_CASE("empty and absurd sizes are refused before memory is taken") {
  CHECK(contains(refusal(idx_bytes({0, 3, 4}, {})), "axis 0 has size 0"));
  CHECK(contains(refusal(idx_bytes({2, 0, 4}, {})), "axis 1 has size 0"));
  CHECK(contains(refusal(idx_bytes({2, 3, 0xffffffff}, {})), "axis 2 has size 4294967295"));
  CHECK(contains(refusal(idx_bytes({0xffffffff, 1, 1}, {})), "axis 0 has size 4294967295"));
  CHECK(contains(refusal(idx_bytes({1u << 30, 4096, 4096}, {})), "states 18014398509481984 bytes"));
  CHECK(contains(refusal(idx_bytes({1u << 30, 1, 1}, {1})),
                 "is cut short: its header states 1073741824 bytes"));
  CHECK(contains(refusal(gzipped(idx_bytes({1u << 30, 1, 1}, {1}))), "is cut short"));
}

TEST_CASE("a file cut short anywhere is refused") {
  const Bytes plain = idx_bytes({2, 3, 4}, counting(24));
  const Bytes packed = gzipped(plain);
  for (size_t keep = 0; keep < plain.size(); ++keep) refusal(cut(plain, keep));
  for (size_t keep = 0; keep < packed.size(); ++keep) refusal(cut(packed, keep));
  CHECK(contains(refusal(cut(plain, plain.size() - 1)), "is cut short: its header states 24 bytes"));
  CHECK(contains(refusal(cut(packed, packed.size() - 1)), "ends in the middle of its gzip stream"));
}

TEST_CASE("bytes beyond what the header promises are refused, plain, packed or behind the gzip stream") {
  const Bytes plain = idx_bytes({2, 3, 4}, counting(24));
  CHECK(contains(refusal(joined(plain, {0})), "continues after the 24 bytes"));
  CHECK(contains(refusal(gzipped(joined(plain, {0}))), "continues after the 24 bytes"));
  CHECK(contains(refusal(joined(gzipped(plain), {'x', 'y', 'z'})), "gzip stream is damaged"));
  CHECK(contains(refusal(joined(gzipped(plain), gzipped({0}))), "continues after the 24 bytes"));
}

TEST_CASE("a bomb that unpacks to far more than it promises is left packed") {
  const Bytes bomb = gzipped(joined(idx_bytes({1, 1, 1}, {7}), Bytes(50'000'000, 0)));
  REQUIRE(bomb.size() < 100'000);
  CHECK(contains(refusal(bomb), "continues after the 1 bytes"));
}

TEST_CASE("a gzip file with any byte damaged is refused or reads the same") {
  const Bytes plain = idx_bytes({2, 3, 4}, counting(24));
  const Bytes packed = gzipped(plain);
  const ScratchFolder scratch;
  int refused = 0;
  for (size_t i = 0; i < packed.size(); ++i) {
    Bytes damaged = packed;
    damaged[i] ^= 0x55;
    const std::string path = scratch.write("images", damaged);
    const std::string message = error_message([&] {
      const Tensor images = read_idx_images(path);
      for (int k = 0; k < 24; ++k) CHECK(images.data<uint8_t>()[k] == k);
    });
    refused += message.empty() ? 0 : 1;
  }
  CHECK(refused >= static_cast<int>(packed.size()) - 6);  // time, flags and system of the header don't matter
}

TEST_CASE("a file with a gzip header and nothing behind it is refused") {
  CHECK(contains(refusal({0x1f, 0x8b}), "ends in the middle of its gzip stream"));
  CHECK(contains(refusal({0x1f, 0x8b, 9, 9, 9, 9, 9, 9}), "gzip stream is damaged"));
}

}  // namespace gradzoo
