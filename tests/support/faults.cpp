// A library to preload: the n-th system call of a program that concerns files fails, or the process is killed
// there. GRADZOO_FAULT_AT=n, GRADZOO_FAULT_KILL=1 for the kill, GRADZOO_FAULT_PID=n for what getpid() gives,
// GRADZOO_FAULT_COUNT=FILE to have the number of calls written at the end.
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

int number_in(const char* variable) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? std::atoi(text) : 0;
}

int calls = 0;

// Whether this call is the one that fails, with `code`.
bool fails(int code) {
  static const int at = number_in("GRADZOO_FAULT_AT"), kill_there = number_in("GRADZOO_FAULT_KILL");
  if (++calls != at) return false;
  if (kill_there != 0) ::raise(SIGKILL);
  errno = code;
  return true;
}

template <class Function>
Function* real(Function*, const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

struct AtEnd {
  ~AtEnd() {
    const char* const path = std::getenv("GRADZOO_FAULT_COUNT");
    if (path == nullptr) return;
    if (std::FILE* const file = std::fopen(path, "w")) {
      std::fprintf(file, "%d", calls);
      std::fclose(file);
    }
  }
} at_end;

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  std::va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return fails(EIO) ? -1 : real(&open, "open")(path, flags, mode);
}

ssize_t write(int descriptor, const void* bytes, size_t count) {
  return fails(ENOSPC) ? -1 : real(&write, "write")(descriptor, bytes, count);
}

int fsync(int descriptor) { return fails(EIO) ? -1 : real(&fsync, "fsync")(descriptor); }

int close(int descriptor) {
  const int status = real(&close, "close")(descriptor);
  return fails(EIO) ? -1 : status;
}

int dup(int descriptor) noexcept { return fails(EMFILE) ? -1 : real(&dup, "dup")(descriptor); }

int rename(const char* from, const char* to) noexcept {
  return fails(EIO) ? -1 : real(&rename, "rename")(from, to);
}

int mkdir(const char* path, mode_t mode) noexcept {
  return fails(ENOSPC) ? -1 : real(&mkdir, "mkdir")(path, mode);
}

int ftruncate(int descriptor, off_t length) noexcept {
  return fails(EIO) ? -1 : real(&ftruncate, "ftruncate")(descriptor, length);
}

ssize_t pread(int descriptor, void* bytes, size_t count, off_t offset) {
  return fails(EIO) ? -1 : real(&pread, "pread")(descriptor, bytes, count, offset);
}

pid_t getpid() noexcept {
  static const int given = number_in("GRADZOO_FAULT_PID");
  return given != 0 ? given : real(&getpid, "getpid")();
}

}  // extern "C"
