#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace gradzoo {

/// Bytes that a deflated byte becomes, at most (zlib's "Technical Details").
inline constexpr int64_t kDeflateExpansion = 1032;

/// Reads a file's bytes in order, through zlib where the file is gzipped (it begins with 1f 8b). The file is
/// not trusted: memory is bounded by a fixed buffer, and a truncated or damaged file throws Error with its
/// name.
class ByteReader {
 public:
  /// Throws unless `path` is a regular file that can be read.
  explicit ByteReader(const std::string& path);
  ~ByteReader();
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  /// Fills `out` as far as the file goes; returns the number of bytes read, which is smaller only at the end
  /// of the file.
  size_t read(std::span<uint8_t> out);
  bool gzipped() const;
  /// An upper bound of the bytes in total: the file's size, or deflate's greatest expansion of it.
  int64_t max_bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gradzoo
