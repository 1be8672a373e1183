#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace gradzoo {

/// Whether a path that is a symbolic link leads on: yes where the user names it, no within a run directory.
enum class Links { follow, refuse };

/// A regular file, open for reading. What is none (a folder, a device, a pipe) is never waited for.
class PlainFile {
 public:
  /// Throws Error for what is missing, no plain file, or cannot be read.
  explicit PlainFile(const std::string& path, Links links = Links::follow);
  ~PlainFile();
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;

  /// As it was when the file was opened.
  uint64_t size() const { return size_; }
  ///@{
  /// Together they tell it from every other file.
  uint64_t device() const { return device_; }
  uint64_t inode() const { return inode_; }
  ///@}
  /// Fills `out` from `offset` on. Throws Error where the file ends before.
  void read(uint64_t offset, std::span<std::byte> out) const;

 private:
  std::string path_;
  int descriptor_;
  uint64_t size_ = 0, device_ = 0, inode_ = 0;
};

/// All bytes of a plain file. Throws Error as PlainFile does, and for more than `most` bytes.
std::string read_plain_file(const std::string& path, uint64_t most, Links links = Links::follow);

/// Throws Error if it cannot be seen whether something stands at `path`, for lack of permission for example;
/// something or nothing there is fine.
void check_visible(const std::string& path);

/// Throws Error where something stands at `path` that is no plain file, or is a link; nothing there is fine.
void check_plain_or_absent(const std::string& path);

}  // namespace gradzoo
