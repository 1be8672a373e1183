#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace gradzoo {

/// Largest number of bytes per deflated byte (zlib's "Technical Details").
inline constexpr int64_t kDeflateExpansion = 1032;

/// Reads a file's bytes in order, through zlib if the file is gzipped (begins with 1f 8b). The file is not
/// trusted: the buffer has a fixed size, and a truncated or damaged file throws Error with its name.
class ByteReader {
 public:
  /// Throws Error unless `path` is a readable regular file.
  explicit ByteReader(const std::string& path);
  ~ByteReader();
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  /// Fills `out` and returns the number of bytes read, which is smaller only at the end of the file.
  size_t read(std::span<uint8_t> out);
  bool gzipped() const;
  /// Returns an upper bound of the number of bytes: the file's size, times kDeflateExpansion if gzipped.
  int64_t max_bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gradzoo
