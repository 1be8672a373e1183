#include "datasets/images/zip.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include <zip.h>
#include <zlib.h>

#include "datasets/images/byte_reader.h"
#include "gradzoo/base/error.h"
#include "gradzoo/base/text.h"

namespace gradzoo {
namespace {

[[noreturn]] void zip_is_damaged(const std::string& name) {
  throw Error("{}: this zip file is cut short or damaged. Hint: copy or fetch it again", name);
}

// Little-endian; 0 beyond the end.
uint64_t number_at(std::string_view text, uint64_t at, uint64_t bytes) {
  uint64_t value = 0;
  for (uint64_t i = bytes; i-- > 0;)
    value = value << 8 |
            (at < text.size() && i < text.size() - at ? static_cast<unsigned char>(text[at + i]) : 0);
  return value;
}

bool stands_at(std::string_view text, uint64_t at, std::string_view signature) {
  return at < text.size() && text.substr(at).starts_with(signature);
}

// Where the directory begins, by the record at the file's end or by the one of 64 bits that it names. Readers
// look for the record from the end on and differ in which they take: one alone may have a directory before
// it.
uint64_t find_directory(std::string_view text, const std::string& name) {
  constexpr uint64_t kRecord = 22, kLongestComment = 0xffff, kLocator = 20;
  int found = 0;
  bool fits = true;  // it ends where its record says
  uint64_t begin = 0;
  size_t at = text.size() - std::min<uint64_t>(text.size(), kRecord + kLongestComment);
  for (at = text.find("PK\5\6", at); at != std::string_view::npos; at = text.find("PK\5\6", at + 1)) {
    const uint64_t size = number_at(text, at + 12, 4);
    const bool is_wide = at >= kLocator && stands_at(text, at - kLocator, "PK\6\7");
    if (!is_wide && (size > at || (size > 0 && !stands_at(text, at - size, "PK\1\2")))) continue;
    ++found;
    const uint64_t end = is_wide ? number_at(text, at - kLocator + 8, 8) : at;
    begin = is_wide ? number_at(text, end + 48, 8) : number_at(text, at + 16, 4);
    fits = fits && begin + (is_wide ? number_at(text, end + 40, 8) : size) == end;
  }
  if (found > 1) throw Error("{}: this zip file has two directories. Hint: write it with numpy.savez", name);
  if (found == 0 || !fits) zip_is_damaged(name);
  return begin;
}

// Some readers believe the directory, others the header before each member. A header may leave sizes and sum
// to what follows the member, or to its fields of 64 bits.
void check_headers(std::string_view text, const std::string& name) {
  constexpr uint64_t kWide = 0xffffffff;
  for (uint64_t at = find_directory(text, name); stands_at(text, at, "PK\1\2");) {
    const uint64_t name_size = number_at(text, at + 28, 2), extra = number_at(text, at + 30, 2),
                   header = number_at(text, at + 42, 4);
    const auto same = [&](uint64_t in_entry, uint64_t in_header, uint64_t bytes) {
      return number_at(text, at + in_entry, bytes) == number_at(text, header + in_header, bytes);
    };
    const bool tells_sizes = (number_at(text, header + 6, 2) & 8) == 0 &&
                             number_at(text, header + 18, 4) != kWide &&
                             number_at(text, at + 20, 4) != kWide && number_at(text, at + 24, 4) != kWide;
    const bool agrees = same(10, 8, 2) && same(28, 26, 2) &&
                        (!tells_sizes || (same(16, 14, 4) && same(20, 18, 4) && same(24, 22, 4)));
    if (header != kWide &&
        (!stands_at(text, header, "PK\3\4") || !agrees ||
         !stands_at(text, header + 30, text.substr(std::min<uint64_t>(at + 46, text.size()), name_size))))
      throw Error("{}: this zip file's directory and its members differ. Hint: copy or fetch it again", name);
    at += 46 + name_size + extra + number_at(text, at + 32, 2);
  }
}

}  // namespace

ZipReader::ZipReader(std::span<const std::byte> file, std::string name)
    : name_(std::move(name)), zip_(nullptr, zip_discard) {
  check_headers({reinterpret_cast<const char*>(file.data()), file.size()}, name_);
  zip_error_t error{};
  zip_source_t* const source = zip_source_buffer_create(file.data(), file.size(), 0, &error);
  if (source != nullptr) zip_.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
  if (zip_ == nullptr) {
    zip_source_free(source);
    zip_is_damaged(name_);
  }
  constexpr zip_int64_t kMostMembers = 1000;
  constexpr uint64_t kMostBytes = uint64_t{1} << 32;
  const zip_int64_t count = zip_get_num_entries(zip_.get(), 0);
  if (count > kMostMembers)
    throw Error("{}: this zip file has more than {} members. Hint: save fewer arrays with numpy.savez", name_,
                kMostMembers);
  uint64_t packed = 0;
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t member;
    if (zip_stat_index(zip_.get(), static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW, &member) != 0)
      zip_is_damaged(name_);
    const bool stored = member.comp_method == ZIP_CM_STORE;
    if (member.encryption_method != ZIP_EM_NONE || (!stored && member.comp_method != ZIP_CM_DEFLATE))
      throw Error(
          "{}: its member {} is encrypted or uses another compression method. Hint: write it with "
          "numpy.savez",
          name_, printable(member.name));
    const bool fits = stored ? member.size == member.comp_size
                             : member.size / uint64_t{kDeflateExpansion} <= member.comp_size;
    // Where members lie upon each other they promise more than the file has.
    if (!fits || member.comp_size > file.size() - packed) zip_is_damaged(name_);
    packed += member.comp_size;
    if (member.size > kMostBytes)
      throw Error("{}: its member {} has more than 4 GiB. Hint: use fewer examples", name_,
                  printable(member.name));
    if (std::ranges::find(names_, member.name) != names_.end())
      throw Error("{}: this zip file has two members {}. Hint: save one array per name", name_,
                  printable(member.name));
    names_.emplace_back(member.name);
  }
}

std::vector<std::byte> ZipReader::read(size_t member) const {
  zip_stat_t promised;
  if (zip_stat_index(zip_.get(), member, 0, &promised) != 0) zip_is_damaged(name_);
  std::vector<std::byte> out(promised.size);
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen_index(zip_.get(), member, 0),
                                                               zip_fclose);
  // At the end, one byte on, the check sum is compared.
  std::byte beyond;
  if (file == nullptr || zip_fread(file.get(), out.data(), out.size()) != std::ssize(out) ||
      zip_fread(file.get(), &beyond, 1) != 0)
    zip_is_damaged(name_);
  return out;
}

// PKWARE's APPNOTE.TXT, 4.3.
std::string zip_bytes(std::span<const std::pair<std::string, std::string>> members) {
  const auto add = [](std::string& out, std::initializer_list<std::pair<uint64_t, int>> numbers) {
    for (const auto& [value, bytes] : numbers)
      for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  };
  std::string out, directory;
  for (const auto& member : members) {
    const uint64_t place = out.size(), size = member.second.size();
    const auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(member.second.data()), size);
    // Version 2.0, no flags, stored, on the first day of 1980.
    const auto add_common = [&](std::string& record) {
      add(record,
          {{20, 2}, {0, 6}, {0x21, 2}, {crc, 4}, {size, 4}, {size, 4}, {member.first.size(), 2}, {0, 2}});
    };
    add(out, {{0x04034b50, 4}});
    add_common(out);
    out += member.first + member.second;
    add(directory, {{0x02014b50, 4}, {20, 2}});
    add_common(directory);
    add(directory, {{0, 8}, {0, 2}, {place, 4}});  // no comment; disk and attributes
    directory += member.first;
  }
  const uint64_t begin = out.size(), count = members.size();
  if (begin + directory.size() >= 0xffffffff)
    throw Error("a zip file cannot have 4 GiB or more. Hint: write a .npy file");
  add(directory,
      {{0x06054b50, 4}, {0, 4}, {count, 2}, {count, 2}, {directory.size(), 4}, {begin, 4}, {0, 2}});
  return out + directory;
}

}  // namespace gradzoo
