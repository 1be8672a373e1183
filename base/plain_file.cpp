#include "gradzoo/base/plain_file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

[[noreturn]] void cannot_read(const std::string& path, int code) {
  if (code == ENOENT) throw Error("{}: the file does not exist. Hint: check the path", path);
  throw Error("{}: the file cannot be read: {}. Hint: check its permissions", path, std::strerror(code));
}

[[noreturn]] void not_plain(const std::string& path, const char* what) {
  throw Error("{}: this is {}, no plain file. Hint: put the file itself there", path, what);
}

const char* kind_of(mode_t mode) {
  return S_ISLNK(mode)                      ? "a link"
         : S_ISDIR(mode)                    ? "a folder"
         : S_ISFIFO(mode) || S_ISSOCK(mode) ? "a pipe or socket"
                                            : "a device";
}

}  // namespace

// The file is opened without waiting: a pipe without a writer would block the process forever.
PlainFile::PlainFile(const std::string& path, Links links)
    : path_(path),
      descriptor_(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY |
                                           (links == Links::refuse ? O_NOFOLLOW : 0))) {
  if (descriptor_ < 0 && errno == ELOOP && links == Links::refuse) not_plain(path, "a link");
  if (descriptor_ < 0 && errno == ENXIO) not_plain(path, "a pipe or socket");
  if (descriptor_ < 0) cannot_read(path, errno);
  struct stat status {};
  const int code = ::fstat(descriptor_, &status) == 0 ? 0 : errno;
  if (code == 0 && S_ISREG(status.st_mode)) {
    size_ = static_cast<uint64_t>(status.st_size);
    device_ = status.st_dev;
    inode_ = status.st_ino;
    return;
  }
  ::close(descriptor_);
  if (code != 0) cannot_read(path, code);
  not_plain(path, kind_of(status.st_mode));
}

PlainFile::~PlainFile() { ::close(descriptor_); }

void PlainFile::read(uint64_t offset, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t count = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) cannot_read(path_, errno);
    if (count == 0) throw Error("{}: the file cannot be read to its end. Hint: stop other writers", path_);
    offset += static_cast<uint64_t>(count);
    out = out.subspan(static_cast<size_t>(count));
  }
}

std::string read_plain_file(const std::string& path, uint64_t most, Links links) {
  const PlainFile file(path, links);
  if (file.size() > most)
    throw Error("{}: the file has {} bytes, and at most {} are read. Hint: check the path", path, file.size(),
                most);
  std::string bytes(file.size(), '\0');
  file.read(0, std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

void check_visible(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 && errno != ENOENT && errno != ENOTDIR) cannot_read(path, errno);
}

void check_plain_or_absent(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    not_plain(path, kind_of(status.st_mode));
}

}  // namespace gradzoo
