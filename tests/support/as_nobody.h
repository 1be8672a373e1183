#pragma once

#include <unistd.h>

namespace gradzoo::test {

/// Makes this process one that permissions bind, for as long as it lives: root becomes nobody.
class AsNobody {
 public:
  AsNobody() {
    if (was_root_) holds_ = ::setegid(kNobody) == 0 && ::seteuid(kNobody) == 0;
  }
  ~AsNobody() {
    if (was_root_ && (::seteuid(0) != 0 || ::setegid(0) != 0)) ::_exit(1);
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

  /// False where a container does not let root become anybody else.
  bool holds() const { return holds_; }

 private:
  static constexpr unsigned kNobody = 65534;
  const bool was_root_ = ::geteuid() == 0;
  bool holds_ = true;
};

}  // namespace gradzoo::test
