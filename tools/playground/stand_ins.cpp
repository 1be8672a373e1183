#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "datasets/images/byte_reader.h"
#include "datasets/images/picture.h"
#include "datasets/images/zip.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/datasets/images/sha256.h"
#include "models/classifier/digits.h"
#include "plot/deflate.h"

// In place of what needs a library that a web page lacks: it reads no pictures and no packed files, and no
// sums of them. A run's digits are judged by the command.
namespace gradzoo {
namespace {

constexpr uint64_t kMostBytes = uint64_t{1} << 24;

[[noreturn]] void refuse(const std::string& what) {
  throw Error("{} cannot be read in a web page. Hint: use the command gradzoo", what);
}

}  // namespace

// Of files that the page itself wrote, which are not packed.
struct ByteReader::State {
  std::string bytes;
  size_t next = 0;
};
ByteReader::ByteReader(const std::string& path)
    : state_(new State{.bytes = read_plain_file(path, kMostBytes, Links::refuse)}) {}
ByteReader::~ByteReader() = default;
size_t ByteReader::read(std::span<uint8_t> out) {
  const size_t count = std::min(out.size(), state_->bytes.size() - state_->next);
  std::memcpy(out.data(), state_->bytes.data() + state_->next, count);
  state_->next += count;
  return count;
}
bool ByteReader::gzipped() const { return false; }
int64_t ByteReader::max_bytes() const { return static_cast<int64_t>(state_->bytes.size()); }

ZipReader::ZipReader(std::span<const std::byte>, std::string name) : zip_(nullptr, nullptr) { refuse(name); }
std::vector<std::byte> ZipReader::read(size_t) const { return {}; }
std::string zip_bytes(std::span<const std::pair<std::string, std::string>>) { refuse("zip files"); }

std::optional<Rgb> colour_of(const std::string&) { return {}; }
Rgb background_colour(const std::string&) { return {255, 255, 255}; }
DecodedPicture decode_picture(std::span<const std::byte>, const Rgb&, int64_t) { refuse("a picture"); }
void over_background(const uint8_t*, int64_t, const Rgb&, uint8_t*) {}

// zlib's format without compression (RFC 1950, 1951): blocks of at most 65,535 bytes as they are, and a sum.
unsigned char* deflated(unsigned char* data, int size, int* deflated_size, int /*level*/) {
  constexpr uint32_t kMostInBlock = 65'535, kModulus = 65'521;
  std::vector<unsigned char> out = {0x78, 0x01};
  uint32_t a = 1, b = 0;
  for (uint32_t begin = 0, end = static_cast<uint32_t>(size); begin < end || begin == 0;) {
    const uint32_t count = std::min(kMostInBlock, end - begin);
    const bool last = begin + count == end;
    for (const uint32_t word : {count, ~count}) {
      if (word == count) out.push_back(last ? 1 : 0);
      out.push_back(static_cast<unsigned char>(word));
      out.push_back(static_cast<unsigned char>(word >> 8));
    }
    for (uint32_t i = begin; i < begin + count; ++i) {
      out.push_back(data[i]);
      a = (a + data[i]) % kModulus;
      b = (b + a) % kModulus;
    }
    begin += count;
    if (last) break;
  }
  for (const uint32_t sum : {b, a})
    for (const int shift : {8, 0}) out.push_back(static_cast<unsigned char>(sum >> shift));
  auto* const taken = static_cast<unsigned char*>(std::malloc(out.size()));  // stb frees it
  if (taken == nullptr) return nullptr;
  std::copy(out.begin(), out.end(), taken);
  *deflated_size = static_cast<int>(out.size());
  return taken;
}

std::string sha256_of_contents(const std::string& path) { refuse(path); }
std::string sha256_of(std::span<const std::byte>) { return ""; }
std::string sha256_of_bytes(std::initializer_list<Tensor>) { return ""; }

std::unique_ptr<Classifier> digit_classifier() { refuse("the digits' classifier"); }

}  // namespace gradzoo
