#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

struct zip;  // libzip's

namespace gradzoo {

/// The members of a zip file, stored or deflated, as numpy.savez and savez_compressed write them. The file is
/// not trusted: a member of at most 4 GiB takes no more memory than its directory promises, and that no more
/// than its packed bytes can hold. Archives that two readers could read differently are refused: two members
/// of one name, two directories, and a directory that disagrees with the headers of its members.
class ZipReader {
 public:
  /// Reads the directory of `file`, which must outlive this; `name` stands in messages. Throws Error where it
  /// is no zip file, is damaged, encrypted or in several parts.
  ZipReader(std::span<const std::byte> file, std::string name);

  const std::vector<std::string>& names() const { return names_; }
  /// The unpacked bytes of names()[member]. Throws Error where they are damaged.
  std::vector<std::byte> read(size_t member) const;

 private:
  std::string name_;
  std::unique_ptr<struct zip, void (*)(struct zip*)> zip_;
  std::vector<std::string> names_;
};

/// A zip file of members that are stored as they are: each its name and bytes.
std::string zip_bytes(std::span<const std::pair<std::string, std::string>> members);

}  // namespace gradzoo
