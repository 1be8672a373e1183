#pragma once

#include <string>
#include <string_view>

namespace gradzoo {

/// The characters of UTF-8, U+FFFD for every byte that is none.
std::u32string code_points(std::string_view utf8);

/// A space, or what ends a line.
inline bool is_space(char32_t c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0; }

std::string to_utf8(std::u32string_view text);

}  // namespace gradzoo
