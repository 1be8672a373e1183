#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "gradzoo/base/error.h"
#include "support/short_names.h"

namespace gradzoo::test {

/// Returns the message of the gradzoo::Error that `fn` throws; "" if it throws nothing.
template <class Fn>
std::string error_message(Fn&& fn) {
  try {
    fn();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// Returns true if `text` contains `part`; use with CHECK_MESSAGE(contains(text, part), text).
inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Checks that a text contains all parts.
inline void check_says(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) CHECK_MESSAGE(contains(text, part), "'", part, "' is not in: ", text);
}
inline void check_says(const std::string& text, const char* part) { check_says(text, Strings{part}); }

/// Checks that `fn` throws a gradzoo::Error whose message contains `part`.
template <class Fn>
void check_refused(const std::string& part, Fn&& fn) {
  check_says(error_message(fn), Strings{part});
}

}  // namespace gradzoo::test
