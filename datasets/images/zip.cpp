#include "datasets/images/zip.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <zlib.h>

#include "base/error.h"
#include "base/text.h"
#include "datasets/images/byte_reader.h"

namespace gradzoo {
namespace {

// PKWARE's APPNOTE.TXT, 4.3: signatures, and the bytes that each record has before its names.
constexpr uint64_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50;
constexpr size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22;
constexpr uint64_t kIn64 = 0xffffffff;  // the number stands in the zip64 field
constexpr unsigned kStored = 0, kDeflated = 8;
constexpr uint64_t kMostMembers = 1000, kMostBytes = uint64_t{1} << 32;

/// Little-endian numbers at places of a file.
struct ZipNumbers {
  std::span<const std::byte> file;
  const std::string& name;

  [[noreturn]] void damaged() const {
    throw Error("{}: this zip file is cut short or damaged. Hint: copy or fetch it again", name);
  }
  uint64_t at(size_t place, size_t bytes) const {
    if (file.size() < bytes || place > file.size() - bytes) damaged();
    uint64_t value = 0;
    for (size_t i = bytes; i-- > 0;) value = value << 8 | std::to_integer<uint64_t>(file[place + i]);
    return value;
  }
};

// The directory's end is the last record; a comment may follow it.
size_t end_record(const ZipNumbers& zip) {
  constexpr size_t kMostComment = 0xffff;
  for (size_t back = kEndBytes; back <= std::min(zip.file.size(), kEndBytes + kMostComment); ++back)
    if (zip.at(zip.file.size() - back, 4) == kEnd) return zip.file.size() - back;
  zip.damaged();
}

// Numbers too large for their place stand in the extra field 1, in this order: size, packed size, offset.
void read_zip64(const ZipNumbers& zip, size_t extra, size_t bytes, std::array<uint64_t*, 3> numbers) {
  for (const size_t end = extra + bytes; extra + 4 <= end;) {
    const uint64_t kind = zip.at(extra, 2), length = zip.at(extra + 2, 2);
    extra += 4;
    size_t at = extra;
    for (uint64_t* number : numbers) {
      if (kind != 1 || *number != kIn64) continue;
      if (at + 8 > extra + length) zip.damaged();
      *number = zip.at(at, 8);
      at += 8;
    }
    extra += length;
  }
}

}  // namespace

ZipReader::ZipReader(std::span<const std::byte> file, std::string name)
    : file_(file), name_(std::move(name)) {
  const ZipNumbers zip{file_, name_};
  const size_t end = end_record(zip);
  const uint64_t count = zip.at(end + 10, 2);
  if (zip.at(end + 4, 2) != 0 || zip.at(end + 8, 2) != count || count > kMostMembers)
    throw Error("{}: this zip file has several parts, or more than {} members. Hint: numpy.savez writes one",
                name_, kMostMembers);
  uint64_t place = zip.at(end + 16, 4);
  for (uint64_t i = 0; i < count; ++i) {
    if (zip.at(place, 4) != kCentral) zip.damaged();
    const uint64_t flags = zip.at(place + 8, 2), method = zip.at(place + 10, 2), crc = zip.at(place + 16, 4);
    uint64_t packed = zip.at(place + 20, 4), size = zip.at(place + 24, 4), offset = zip.at(place + 42, 4);
    const uint64_t name_bytes = zip.at(place + 28, 2), extra_bytes = zip.at(place + 30, 2),
                   comment_bytes = zip.at(place + 32, 2);
    static_cast<void>(zip.at(place + kCentralBytes + name_bytes + extra_bytes, 0));
    Member member;
    member.name.assign(reinterpret_cast<const char*>(file_.data()) + place + kCentralBytes, name_bytes);
    read_zip64(zip, place + kCentralBytes + name_bytes, extra_bytes, {&size, &packed, &offset});
    if ((flags & 1) != 0 || (method != kStored && method != kDeflated))
      throw Error("{}: its member {} is encrypted, or packed in a way that is not read. Hint: numpy.savez",
                  name_, printable(member.name));
    const bool fits = method == kStored ? size == packed : size / uint64_t{kDeflateExpansion} <= packed;
    if (packed > file_.size() || !fits || offset > file_.size()) zip.damaged();
    if (size > kMostBytes)
      throw Error("{}: its member {} has more than 4 GiB. Hint: fewer examples", name_,
                  printable(member.name));
    member.offset = offset;
    member.packed = packed;
    member.size = size;
    member.method = static_cast<unsigned>(method);
    member.crc = static_cast<unsigned>(crc);
    members_.push_back(std::move(member));
    place += kCentralBytes + name_bytes + extra_bytes + comment_bytes;
  }
}

std::vector<std::byte> ZipReader::read(const Member& member) const {
  const ZipNumbers zip{file_, name_};
  if (zip.at(member.offset, 4) != kLocal) zip.damaged();
  const size_t begin =
      member.offset + kLocalBytes + zip.at(member.offset + 26, 2) + zip.at(member.offset + 28, 2);
  if (begin > file_.size() || member.packed > file_.size() - begin) zip.damaged();
  const auto packed = file_.subspan(begin, member.packed);
  std::vector<std::byte> out;
  if (member.method == kStored) {
    out.assign(packed.begin(), packed.end());
  } else {
    out.resize(member.size);
    z_stream stream{};
    if (inflateInit2(&stream, -15) != Z_OK)
      throw Error("{}: zlib cannot start. Hint: is memory full?", name_);
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    size_t in_left = packed.size(), out_left = out.size();
    int status = Z_OK;
    while (status == Z_OK) {  // zlib counts in 32 bits
      constexpr size_t kPiece = size_t{1} << 30;
      stream.avail_in = static_cast<uInt>(std::min(in_left, kPiece));
      stream.avail_out = static_cast<uInt>(std::min(out_left, kPiece));
      in_left -= stream.avail_in;
      out_left -= stream.avail_out;
      status = inflate(&stream, Z_NO_FLUSH);
      in_left += stream.avail_in;
      out_left += stream.avail_out;
    }
    inflateEnd(&stream);
    if (status != Z_STREAM_END || out_left > 0) zip.damaged();
  }
  if (crc32_z(0, reinterpret_cast<const Bytef*>(out.data()), out.size()) != member.crc) zip.damaged();
  return out;
}

std::string zip_bytes(std::span<const std::pair<std::string, std::string>> members) {
  const auto number = [](std::string& out, uint64_t value, size_t bytes) {
    for (size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  };
  std::string out, directory;
  for (const auto& [name, bytes] : members) {
    const uint64_t place = out.size();
    const auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
    // Version 2.0, no flags, stored, on the first day of 1980.
    const auto common = [&number, crc, size = bytes.size(), name_size = name.size()](std::string& record) {
      number(record, 20, 2);
      number(record, 0, 2);
      number(record, kStored, 2);
      number(record, 0, 2);
      number(record, 0x21, 2);
      number(record, crc, 4);
      number(record, size, 4);
      number(record, size, 4);
      number(record, name_size, 2);
      number(record, 0, 2);
    };
    number(out, kLocal, 4);
    common(out);
    out += name + bytes;
    number(directory, kCentral, 4);
    number(directory, 20, 2);
    common(directory);
    number(directory, 0, 2);  // comment
    number(directory, 0, 8);  // disk and attributes
    number(directory, place, 4);
    directory += name;
  }
  if (out.size() + directory.size() >= kIn64)
    throw Error("a zip file of 4 GiB or more is not written. Hint: .npy");
  const uint64_t begin = out.size();
  out += directory;
  number(out, kEnd, 4);
  number(out, 0, 4);
  number(out, members.size(), 2);
  number(out, members.size(), 2);
  number(out, directory.size(), 4);
  number(out, begin, 4);
  number(out, 0, 2);
  return out;
}

}  // namespace gradzoo
