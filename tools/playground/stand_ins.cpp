#include "datasets/images/byte_reader.h"
#include "datasets/images/picture.h"
#include "datasets/images/zip.h"
#include "gradzoo/base/error.h"
#include "gradzoo/datasets/images/sha256.h"
#include "models/classifier/digits.h"

// In place of what needs a library that a web page lacks: it reads no pictures and no packed files. A run's
// digits are judged by the command.
namespace gradzoo {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error("{} cannot be read in a web page. Hint: the command gradzoo can", what);
}

}  // namespace

struct ByteReader::State {};
ByteReader::ByteReader(const std::string& path) { refuse(path); }
ByteReader::~ByteReader() = default;
size_t ByteReader::read(std::span<uint8_t>) { return 0; }
bool ByteReader::gzipped() const { return false; }
int64_t ByteReader::max_bytes() const { return 0; }

ZipReader::ZipReader(std::span<const std::byte>, std::string name) : zip_(nullptr, nullptr) { refuse(name); }
std::vector<std::byte> ZipReader::read(size_t) const { return {}; }
std::string zip_bytes(std::span<const std::pair<std::string, std::string>>) { refuse("zip files"); }

std::optional<Rgb> colour_of(const std::string&) { return {}; }
Rgb background_colour(const std::string& word) { refuse("the colour " + word); }
DecodedPicture decode_picture(std::span<const std::byte>, const Rgb&, int64_t) { refuse("a picture"); }
void over_background(const uint8_t*, int64_t, const Rgb&, uint8_t*) {}

std::string sha256_of_contents(const std::string& path) { refuse(path); }
std::string sha256_of(std::span<const std::byte>) { return ""; }
std::string sha256_of_bytes(std::initializer_list<Tensor>) { return ""; }

std::unique_ptr<Classifier> digit_classifier() { refuse("the digits' classifier"); }

}  // namespace gradzoo
