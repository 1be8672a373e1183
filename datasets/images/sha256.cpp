#include "gradzoo/datasets/images/sha256.h"

#include <array>
#include <vector>

#include <sha256.h>

#include "datasets/images/byte_reader.h"

namespace gradzoo {

namespace {

/// Bytes that are hashed as they come.
class Hash {
 public:
  Hash() { SHA256_Init(&context_); }
  void add(const uint8_t* bytes, size_t count) { SHA256_Update(&context_, bytes, count); }
  std::string digits() {
    std::array<char, SHA256_DIGEST_STRING_LENGTH> digits{};
    SHA256_End(&context_, digits.data());
    return digits.data();
  }

 private:
  SHA256_CTX context_;
};

}  // namespace

std::string sha256_of_contents(const std::string& path) {
  ByteReader file(path);
  Hash hash;
  std::vector<uint8_t> chunk(size_t{1} << 16);
  size_t count = 0;
  while ((count = file.read(chunk)) > 0) hash.add(chunk.data(), count);
  return hash.digits();
}

std::string sha256_of(std::span<const std::byte> bytes) {
  Hash hash;
  hash.add(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  return hash.digits();
}

std::string sha256_of_bytes(std::initializer_list<Tensor> tensors) {
  Hash hash;
  for (const Tensor& tensor : tensors) {
    if (!tensor.defined()) continue;
    visit_any(tensor.dtype(), [&]<class T>() {
      hash.add(reinterpret_cast<const uint8_t*>(tensor.data<T>()),
               static_cast<size_t>(tensor.size()) * sizeof(T));
    });
  }
  return hash.digits();
}

}  // namespace gradzoo
