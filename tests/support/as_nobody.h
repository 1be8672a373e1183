#pragma once

#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace gradzoo::test {

/// A scope in which file permissions apply to this process: root becomes the user nobody. `folder` is a
/// folder that the test reads or writes.
class AsNobody {
 public:
  explicit AsNobody(const std::string& folder) {
    if (was_root_) holds_ = ::setegid(kNobody) == 0 && ::seteuid(kNobody) == 0;
    holds_ = holds_ && ::faccessat(AT_FDCWD, folder.c_str(), X_OK, AT_EACCESS) == 0;
  }
  ~AsNobody() {
    if (was_root_ && (::seteuid(0) != 0 || ::setegid(0) != 0)) ::_exit(1);
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

  /// Returns false if a container forbids another user for root, or if that user cannot enter the folder.
  bool holds() const { return holds_; }

 private:
  static constexpr unsigned kNobody = 65534;
  const bool was_root_ = ::geteuid() == 0;
  bool holds_ = true;
};

}  // namespace gradzoo::test
