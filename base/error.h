#pragma once

#include <stdexcept>
#include <utility>

#include <fmt/core.h>

namespace gradzoo {

/// The exception for every mistake that a user can make. The message is one sentence and a hint.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  /// Formats the message: Error("view: {} has {} elements", shape.str(), n).
  template <class First, class... Rest>
  explicit Error(fmt::format_string<First, Rest...> format, First&& first, Rest&&... rest)
      : std::runtime_error(fmt::format(format, std::forward<First>(first), std::forward<Rest>(rest)...)) {}
};

}  // namespace gradzoo
