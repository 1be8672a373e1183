#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

struct zip;  // libzip's

namespace gradzoo {

/// A reader of zip files whose members are stored or deflated, as from numpy.savez and savez_compressed. The
/// file is not trusted: a member has at most 4 GiB, needs no more memory than its directory states, and
/// unpacks to no more bytes than its packed bytes can encode. Ambiguous archives are rejected: two members
/// with one name, two directories, or a directory that disagrees with the headers of its members.
class ZipReader {
 public:
  /// Reads the directory of `file`, which must outlive the reader; `name` is the file's name in messages.
  /// Throws Error if the file is not a zip file, is damaged, encrypted or in several parts.
  ZipReader(std::span<const std::byte> file, std::string name);

  const std::vector<std::string>& names() const { return names_; }
  /// Returns the unpacked bytes of names()[member]. Throws Error if they are damaged.
  std::vector<std::byte> read(size_t member) const;

 private:
  std::string name_;
  std::unique_ptr<struct zip, void (*)(struct zip*)> zip_;
  std::vector<std::string> names_;
};

/// Returns a zip file with uncompressed members, each given as name and bytes.
std::string zip_bytes(std::span<const std::pair<std::string, std::string>> members);

}  // namespace gradzoo
