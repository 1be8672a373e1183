#include "datasets/images/sha256.h"

#include <array>
#include <vector>

#include <sha256.h>

#include "datasets/images/byte_reader.h"

namespace gradzoo {

std::string sha256_of_contents(const std::string& path) {
  ByteReader file(path);
  SHA256_CTX context;
  SHA256_Init(&context);
  std::vector<uint8_t> chunk(size_t{1} << 16);
  size_t count = 0;
  while ((count = file.read(chunk)) > 0) SHA256_Update(&context, chunk.data(), count);
  std::array<char, SHA256_DIGEST_STRING_LENGTH> digits{};
  SHA256_End(&context, digits.data());
  return digits.data();
}

}  // namespace gradzoo
