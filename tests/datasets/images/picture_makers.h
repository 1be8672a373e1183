#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <zlib.h>

#include "support/paths.h"
#include "support/scratch.h"

/// Pictures made by hand, for tests of what reads them.
namespace gradzoo::test {

inline std::string corpus_picture(const std::string& name) {
  return read_file(source_dir() + "/tests/fuzz/corpus/picture/" + name);
}

inline void append_big_endian(std::string& out, uint64_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xff);
}

inline std::string png_chunk(const std::string& kind, const std::string& data) {
  std::string out;
  append_big_endian(out, data.size());
  out += kind + data;
  const std::string summed = kind + data;
  append_big_endian(out, crc32_z(0, reinterpret_cast<const Bytef*>(summed.data()), summed.size()));
  return out;
}

/// A PNG of `values` (height, width, channels), channels 1 (grey), 3 or 4, rows unfiltered.
inline std::string png_file(uint32_t height, uint32_t width, uint32_t channels,
                            const std::vector<uint8_t>& values) {
  std::string rows;
  for (uint32_t y = 0; y < height; ++y) {
    rows += '\0';
    rows.append(reinterpret_cast<const char*>(values.data()) + y * width * channels, width * channels);
  }
  std::string packed(compressBound(rows.size()), '\0');
  uLongf length = packed.size();
  compress(reinterpret_cast<Bytef*>(packed.data()), &length, reinterpret_cast<const Bytef*>(rows.data()),
           rows.size());
  packed.resize(length);
  std::string header;
  append_big_endian(header, width);
  append_big_endian(header, height);
  header += '\x08';
  header += channels == 1 ? '\0' : channels == 3 ? '\x02' : '\x06';
  header += std::string(3, '\0');
  return "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", header) + png_chunk("IDAT", packed) + png_chunk("IEND", "");
}

/// A PNG of height x width pixels of one colour.
inline std::string plain_png(uint32_t height, uint32_t width, uint8_t red, uint8_t green, uint8_t blue) {
  std::vector<uint8_t> values;
  for (uint32_t i = 0; i < height * width; ++i) values.insert(values.end(), {red, green, blue});
  return png_file(height, width, 3, values);
}

/// Writes a file below a folder, and the folders above it.
inline void write_below(const std::filesystem::path& folder, const std::string& name,
                        const std::string& bytes) {
  std::filesystem::create_directories((folder / name).parent_path());
  write_file((folder / name).string(), bytes);
}

/// An environment variable for one test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    const char* const now = std::getenv(name);
    had_ = now != nullptr;
    before_ = had_ ? now : "";
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() { had_ ? ::setenv(name_, before_.c_str(), 1) : ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  bool had_ = false;
  std::string before_;
};

}  // namespace gradzoo::test
