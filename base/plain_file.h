#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace gradzoo {

/// What happens to a symbolic link: followed if the user names the path, refused within a run directory.
enum class Links { follow, refuse };

/// A regular file, open for reading. Opening a folder, a device or a pipe fails at once and never waits.
class PlainFile {
 public:
  /// Opens the file. Throws Error if it is missing, is not a regular file, or cannot be read.
  explicit PlainFile(const std::string& path, Links links = Links::follow);
  ~PlainFile();
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;

  /// Returns the file's size in bytes when it was opened.
  uint64_t size() const { return size_; }
  ///@{
  /// The device and the inode number together identify the file.
  uint64_t device() const { return device_; }
  uint64_t inode() const { return inode_; }
  ///@}
  /// Fills `out` with the bytes from `offset` on. Throws Error if the file ends before.
  void read(uint64_t offset, std::span<std::byte> out) const;

 private:
  std::string path_;
  int descriptor_;
  uint64_t size_ = 0, device_ = 0, inode_ = 0;
};

/// Returns all bytes of a regular file. Throws Error as PlainFile does, and for more than `most` bytes.
std::string read_plain_file(const std::string& path, uint64_t most, Links links = Links::follow);

/// Throws Error if the system does not reveal whether `path` exists, for example for lack of permission. An
/// existing and a missing file are both fine.
void check_visible(const std::string& path);

/// Throws Error if `path` is a link or anything else that is not a regular file; a missing file is fine.
void check_plain_or_absent(const std::string& path);

}  // namespace gradzoo
