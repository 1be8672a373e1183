#include "autograd/base/atomic_file.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "autograd/base/error.h"

namespace gradzoo {
namespace {

const char* hint_for(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT:
      return "free some space, or choose a directory on another disk";
    case EFBIG:
      return "raise the file size limit (ulimit -f)";
    case EACCES:
    case EPERM:
    case EROFS:
      return "choose a directory that you may write to";
    case ENOENT:
      return "create the directory first";
    case ENOTDIR:
      return "a part of the path is a file, not a directory";
    case EISDIR:
      return "the path is a directory; name a file";
    case ENAMETOOLONG:
      return "choose a shorter name";
    default:
      return "check the path and the disk";
  }
}

[[noreturn]] void fail(const std::string& path, int code) {
  throw Error(fmt::format("cannot write {}: {}. Hint: {}", path, std::strerror(code), hint_for(code)));
}

/// Owns a file descriptor and, until `keep()`, the file's existence.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string path)
      : path_(std::move(path)),
        descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!exists()) return;
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!kept_) ::unlink(path_.c_str());
  }

  bool exists() const { return descriptor_ >= 0 || closed_; }
  int descriptor() const { return descriptor_; }
  const std::string& path() const { return path_; }
  void keep() { kept_ = true; }

  /// Network file systems report a full disk only here.
  bool close() {
    const int descriptor = descriptor_;
    descriptor_ = -1;
    closed_ = true;
    return ::close(descriptor) == 0;
  }

 private:
  std::string path_;
  int descriptor_;
  bool closed_ = false;
  bool kept_ = false;
};

bool write_all(int descriptor, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

/// Devices and pipes: nothing to replace, so nothing to make atomic.
void write_directly(const std::string& path, std::span<const std::byte> bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) fail(path, errno);
  const bool written = write_all(descriptor, bytes);
  const int code = errno;
  ::close(descriptor);
  if (!written) fail(path, code);
}

/// Where the file truly lies: renaming onto a symbolic link would replace the link.
std::string resolve_links(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> resolved(::realpath(path.c_str(), nullptr), &std::free);
  return resolved ? std::string(resolved.get()) : path;
}

/// A rename outlives a power cut only once its directory is on the disk. Not every file system can; none is
/// an error.
void sync_directory(const std::string& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

void write_file_atomically(const std::string& path, std::span<const std::byte> bytes) {
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) fail(path, EISDIR);
  if (exists && !S_ISREG(status.st_mode)) return write_directly(path, bytes);

  static std::atomic<unsigned> counter{0};
  const std::filesystem::path target = exists ? resolve_links(path) : path;
  const std::filesystem::path directory = target.has_parent_path() ? target.parent_path() : ".";
  // Short and without the target's name, which may already be as long as a name can be.
  TemporaryFile temporary(directory / fmt::format(".gradzoo-{}-{}.tmp", ::getpid(), counter++));
  if (!temporary.exists()) fail(path, errno);
  if (!write_all(temporary.descriptor(), bytes)) fail(path, errno);
  if (::fsync(temporary.descriptor()) != 0) fail(path, errno);
  if (!temporary.close()) fail(path, errno);
  if (std::rename(temporary.path().c_str(), target.c_str()) != 0) fail(path, errno);
  temporary.keep();
  sync_directory(directory);
}

}  // namespace gradzoo
