#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace gradzoo {

/// Reads a file's bytes in order, through zlib where the file is gzipped (it begins with 1f 8b). The file is
/// taken for hostile: memory is bounded by a fixed buffer, and what is cut short or damaged throws Error
/// naming the file.
class ByteReader {
 public:
  /// Throws unless `path` is a regular file that can be read.
  explicit ByteReader(const std::string& path);
  ~ByteReader();
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  /// Fills `out` as far as the file goes; returns the bytes read, fewer than asked for at the end alone.
  size_t read(std::span<uint8_t> out);
  bool gzipped() const;
  /// No more bytes than this can follow in all: the file's size, or deflate's greatest expansion of it.
  int64_t max_bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gradzoo
