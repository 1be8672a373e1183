#include <algorithm>
#include <cstring>

#include "datasets/images/byte_reader.h"
#include "datasets/images/picture.h"
#include "datasets/images/zip.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/plain_file.h"
#include "gradzoo/datasets/images/sha256.h"
#include "models/classifier/digits.h"

// In place of what needs a library that a web page lacks: it reads no pictures and no packed files, and no
// sums of them. A run's digits are judged by the command.
namespace gradzoo {
namespace {

constexpr uint64_t kMostBytes = uint64_t{1} << 24;

[[noreturn]] void refuse(const std::string& what) {
  throw Error("{} cannot be read in a web page. Hint: the command gradzoo can", what);
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

std::string sha256_of_contents(const std::string& path) { refuse(path); }
std::string sha256_of(std::span<const std::byte>) { return ""; }
std::string sha256_of_bytes(std::initializer_list<Tensor>) { return ""; }

std::unique_ptr<Classifier> digit_classifier() { refuse("the digits' classifier"); }

}  // namespace gradzoo
