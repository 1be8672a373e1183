#pragma once

#include <string>

namespace gradzoo {

/// A command as it may be typed, and what it does: a line at the end of a `--help`.
struct CommandExample {
  std::string command, meaning;
};

}  // namespace gradzoo
