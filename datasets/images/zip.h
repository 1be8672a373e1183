#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradzoo {

/// The members of a zip file, as numpy.savez and savez_compressed write them: stored or deflated, of up to
/// 4 GiB, zip64 sizes included. The file is not trusted: a member takes no more memory than its directory
/// promises, and that no more than its packed bytes can hold.
class ZipReader {
 public:
  /// Reads the directory of `file`, which must outlive this; `name` stands in messages. Throws Error where it
  /// is no zip file, is damaged, encrypted or in several parts.
  ZipReader(std::span<const std::byte> file, std::string name);

  struct Member {
    std::string name;
    size_t offset = 0, packed = 0, size = 0;  // of its local header; bytes in the file; bytes unpacked
    unsigned method = 0, crc = 0;
  };
  const std::vector<Member>& members() const { return members_; }
  /// The unpacked bytes. Throws Error where they are damaged.
  std::vector<std::byte> read(const Member& member) const;

 private:
  std::span<const std::byte> file_;
  std::string name_;
  std::vector<Member> members_;
};

/// A zip file of members that are stored as they are: each its name and bytes.
std::string zip_bytes(std::span<const std::pair<std::string, std::string>> members);

}  // namespace gradzoo
