#pragma once

#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace gradzoo::test {

/// Makes this process one that permissions bind, for as long as it lives: root becomes nobody, who is to
/// reach a folder.
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

  /// False where a container does not let root become anybody else, or temporary files lie in a folder of
  /// root's alone.
  bool holds() const { return holds_; }

 private:
  static constexpr unsigned kNobody = 65534;
  const bool was_root_ = ::geteuid() == 0;
  bool holds_ = true;
};

}  // namespace gradzoo::test
