#include "gradzoo/base/atomic_file.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gradzoo/base/error.h"

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
  code = reason_for_no_file(path, code);
  throw Error(fmt::format("cannot write {}: {}. Hint: {}", path, std::strerror(code), hint_for(code)));
}

constexpr const char* kPrefix = ".gradzoo-";
constexpr const char* kEnding = ".tmp";

/// A new temporary file. It stays locked while its writer lives, so that a file whose writer was killed can
/// be recognised. The destructor removes it unless keep() was called.
class TemporaryFile {
 public:
  /// Creates the file under a short name without the target's, which may already have the maximum length.
  /// Process numbers repeat, above all in containers: a taken name is skipped. descriptor() may be -1.
  TemporaryFile(const std::filesystem::path& directory, mode_t mode) {
    static std::atomic<unsigned> counter{0};
    constexpr int kTries = 10'000;
    for (int i = 0; i < kTries && descriptor_ < 0; ++i) {
      path_ = directory / fmt::format("{}{}-{}{}", kPrefix, ::getpid(), counter++, kEnding);
      descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
      if (descriptor_ < 0 && errno != EEXIST) return;
      // Another process may have removed the file as stale before it was locked.
      if (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        ::close(descriptor_);
        descriptor_ = -1;
      }
    }
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (descriptor_ < 0) return;
    if (!kept_) ::unlink(path_.c_str());
    ::close(descriptor_);
  }

  int descriptor() const { return descriptor_; }
  const std::string& path() const { return path_; }
  void keep() { kept_ = true; }

  /// Network file systems report a full disk at close(); closing a duplicate keeps the lock.
  bool flush() const {
    const int duplicate = ::dup(descriptor_);
    return ::fsync(descriptor_) == 0 && duplicate >= 0 && ::close(duplicate) == 0;
  }

 private:
  std::string path_;
  int descriptor_ = -1;
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

/// Devices and pipes cannot be replaced, so they are written to directly.
void write_directly(const std::string& path, std::span<const std::byte> bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) fail(path, errno);
  const bool written = write_all(descriptor, bytes);
  const int code = errno;
  ::close(descriptor);
  if (!written) fail(path, code);
}

/// Returns the path of the file itself: renaming onto a symbolic link would replace the link.
std::string resolve_links(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> resolved(::realpath(path.c_str(), nullptr), &std::free);
  return resolved ? std::string(resolved.get()) : path;
}

/// A rename survives a power cut only after its directory is on the disk. Some file systems cannot sync a
/// directory. If the sync fails, the new file still exists, so a warning is printed once.
void sync_directory(const std::string& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int code = errno;
  if (descriptor >= 0) ::close(descriptor);
  static std::atomic<bool> told{false};
  if (synced || code == EINVAL || code == ENOTSUP || code == EACCES || told.exchange(true)) return;
  const std::string line =
      fmt::format("gradzoo: {} cannot be synced: {}. A power cut may undo writes. Hint: check the disk\n",
                  directory, std::strerror(code));
  static_cast<void>(std::fputs(line.c_str(), stderr));
}

}  // namespace

void write_file_atomically(const std::string& path, std::span<const std::byte> bytes, Links links) {
  if (links == Links::refuse) check_plain_or_absent(path);
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) fail(path, EISDIR);
  if (exists && !S_ISREG(status.st_mode)) return write_directly(path, bytes);

  const std::filesystem::path target = exists ? resolve_links(path) : path;
  const std::filesystem::path directory = target.has_parent_path() ? target.parent_path() : ".";
  TemporaryFile temporary(directory, exists ? 0600 : 0666);
  if (temporary.descriptor() < 0) fail(path, errno);
  // If the permissions cannot be set, only the owner can read the new file.
  if (exists) static_cast<void>(::fchmod(temporary.descriptor(), status.st_mode & 07777));
  if (!write_all(temporary.descriptor(), bytes)) fail(path, errno);
  if (!temporary.flush()) fail(path, errno);
  if (std::rename(temporary.path().c_str(), target.c_str()) != 0) fail(path, errno);
  temporary.keep();
  sync_directory(directory);
}

int reason_for_no_file(const std::string& path, int code) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  return code == ENOENT && std::filesystem::is_directory(folder.empty() ? "." : folder, error) ? EACCES
                                                                                               : code;
}

void remove_stale_temporaries(const std::string& directory) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix) || !name.ends_with(kEnding)) continue;
    const int descriptor = ::open(entry.path().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) continue;
    struct stat status {};
    const bool stale = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
                       ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    if (stale) ::unlink(entry.path().c_str());
    ::close(descriptor);
  }
}

}  // namespace gradzoo
