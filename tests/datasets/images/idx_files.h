#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <zlib.h>

#include "support/error_message.h"
#include "support/scratch.h"

/// IDX files made by hand, for tests of what reads them.
namespace gradzoo::test {

using Bytes = std::vector<uint8_t>;

struct ScratchFolder : ScratchDirectory {
  std::string write(const std::string& name, const Bytes& bytes) const {
    write_file(file(name), std::string(bytes.begin(), bytes.end()));
    return file(name);
  }
};

/// 00 00 type rank, the sizes big-endian, the values.
inline Bytes idx_bytes(const std::vector<uint32_t>& sizes, const Bytes& values, uint8_t type = 0x08) {
  Bytes out{0, 0, type, static_cast<uint8_t>(sizes.size())};
  for (uint32_t size : sizes)
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(size >> shift));
  out.insert(out.end(), values.begin(), values.end());
  return out;
}

/// 0, 1, 2, ... as bytes.
inline Bytes counting(size_t count) {
  Bytes out(count);
  for (size_t i = 0; i < count; ++i) out[i] = static_cast<uint8_t>(i);
  return out;
}

inline Bytes gzipped(const Bytes& bytes) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  Bytes out(deflateBound(&stream, static_cast<uLong>(bytes.size())));
  Bytes in = bytes;
  stream.next_in = in.data();
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace gradzoo::test
