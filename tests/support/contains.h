#pragma once

#include <string>
#include <string_view>

namespace gradzoo::test {

/// Whether `text` holds `part`; use with CHECK_MESSAGE(contains(text, part), text).
inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace gradzoo::test
