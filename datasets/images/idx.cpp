#include "datasets/images/idx.h"

#include <array>
#include <span>
#include <string_view>

#include "datasets/images/byte_reader.h"

namespace gradzoo {
namespace {

constexpr int64_t kMaxSide = 4096;
constexpr int64_t kMaxBytes = int64_t{1} << 30;
constexpr uint8_t kUnsignedByte = 0x08;
constexpr int64_t kColours = 3;  // red, green, blue

std::string_view value_type(uint8_t code) {
  switch (code) {
    case 0x08:
      return "unsigned bytes";
    case 0x09:
      return "signed bytes";
    case 0x0B:
      return "16-bit integers";
    case 0x0C:
      return "32-bit integers";
    case 0x0D:
      return "32-bit floats";
    case 0x0E:
      return "64-bit floats";
    default:
      return "an unknown type of value";
  }
}

[[noreturn]] void cut_short(const std::string& path, int64_t promised) {
  throw Error("{}: is cut short: its header states {} bytes of values. Hint: fetch or copy it again", path,
              promised);
}

/// What a file's axes may be.
struct Ranks {
  int fewest, most;
  const char* meaning;
};
constexpr Ranks kImageRanks{3, 4, "images have 3 (count, height, width), or 4 (and channels)"},
    kLabelRanks{1, 1, "labels have 1 (count)"};

// Bytes 0 and 1 are zero, byte 2 is the type of value, byte 3 the number of axes, which is returned.
int read_magic(ByteReader& file, const std::string& path, const Ranks& wanted) {
  std::array<uint8_t, 4> magic{};
  const size_t count = file.read(magic);
  if (count < magic.size())
    throw Error("{}: has {} bytes, fewer than an IDX header. Hint: fetch or copy it again", path, count);
  if (magic[0] != 0 || magic[1] != 0) {
    const bool misnamed = path.ends_with(".gz") && !file.gzipped();
    throw Error(
        "{}: is not {}: it begins with {:02x} {:02x} {:02x} {:02x}. Hint: an IDX file of unsigned bytes "
        "begins with 00 00 08, gzipped or plain",
        path, misnamed ? "gzipped, nor an IDX file" : "an IDX file", magic[0], magic[1], magic[2], magic[3]);
  }
  if (magic[2] != kUnsignedByte)
    throw Error("{}: contains {} (type {:#04x}). Hint: write pixels and labels as unsigned bytes, type 0x08",
                path, value_type(magic[2]), magic[2]);
  if (magic[3] < wanted.fewest || magic[3] > wanted.most)
    throw Error("{}: has {} axes where {}. Hint: are images and labels interchanged?", path, magic[3],
                wanted.meaning);
  return magic[3];
}

// Without the axis of a single channel.
Shape read_shape(ByteReader& file, const std::string& path, const Ranks& wanted) {
  const int rank = read_magic(file, path, wanted);
  Shape shape;
  int64_t bytes = 1;
  for (int axis = 0; axis < rank; ++axis) {
    std::array<uint8_t, 4> digits{};
    if (file.read(digits) < digits.size())
      throw Error("{}: ends within its header. Hint: fetch or copy it again", path);
    int64_t size = 0;  // big-endian
    for (uint8_t digit : digits) size = size * 256 + digit;
    const int64_t limit = axis == 0 ? kMaxBytes : kMaxSide;
    if (size == 0 || size > limit)
      throw Error("{}: axis {} has size {}. Hint: use sizes from 1 to {}", path, axis, size, limit);
    shape = shape.insert(axis, size);
    bytes *= size;
  }
  if (bytes > kMaxBytes)
    throw Error("{}: its header states {} bytes of values. Hint: write at most {} bytes", path, bytes,
                kMaxBytes);
  if (rank < kImageRanks.most) return shape;
  if (shape[3] != 1 && shape[3] != kColours)
    throw Error("{}: has {} channels. Hint: use 1 channel for grey images, 3 for red, green and blue", path,
                shape[3]);
  return shape[3] == 1 ? shape.erase(3) : shape;
}

Tensor read_idx(const std::string& path, const Ranks& wanted) {
  ByteReader file(path);
  const Shape shape = read_shape(file, path, wanted);
  if (shape.size() > file.max_bytes()) cut_short(path, shape.size());  // before any memory is taken
  Tensor values = empty(shape, DType::u8);
  const auto count = static_cast<size_t>(shape.size());
  if (file.read({values.mutable_data<uint8_t>(), count}) < count) cut_short(path, shape.size());
  std::array<uint8_t, 1> beyond{};
  if (file.read(beyond) > 0)
    throw Error("{}: continues after the {} bytes that its header states. Hint: fetch or copy it again", path,
                shape.size());
  return values;
}

}  // namespace

Tensor read_idx_images(const std::string& path) { return read_idx(path, kImageRanks); }

Tensor read_idx_labels(const std::string& path) { return read_idx(path, kLabelRanks); }

}  // namespace gradzoo
