#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradzoo {

///@{
/// True if c is an ASCII letter or digit, in any locale.
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
///@}
/// Returns the text with its ASCII letters in lower case, in any locale.
std::string lower(std::string_view text);

/// Returns the number of single-character insertions, deletions, replacements and swaps of neighbours that
/// turn `a` into `b` (optimal string alignment).
int64_t edit_distance(std::string_view a, std::string_view b);

/// Returns the hint for an unknown name. If a known name is near, the hint is "Hint: did you mean 'mnist'?",
/// else "Hint: one of fashion, mnist". A name is near if at most a third of its letters differ (one letter
/// always may), or if the word is its beginning.
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

/// A character of a text, with its length in bytes.
struct CodePoint {
  char32_t code;  ///< Unicode code point
  size_t bytes;   ///< length in bytes; 0: the text does not begin with valid UTF-8
};
/// Decodes the first character by Unicode's table 3-7: no overlong forms, no surrogates, at most U+10FFFF.
CodePoint first_code_point(std::string_view text);

/// Returns rows of cells as aligned lines: each column is as wide as its widest cell, columns are two spaces
/// apart, and lines have no trailing spaces.
std::string text_columns(std::span<const std::vector<std::string>> rows, std::string_view indent = "  ");

/// Returns the words in lines of at most `width` characters; `margin` begins each line except the first.
std::string wrapped(const std::string& text, size_t width, const std::string& margin = "");

/// Returns the decimal number that the whole text is; `T` is int64_t or double, and "inf" and "nan" are
/// doubles. Returns nothing if there is any other character (even a space or a '+'), or if the number is
/// outside T's range, which for doubles ends at the least subnormal. Does not depend on the locale.
template <class T>
std::optional<T> parse_number(std::string_view text);

/// Returns the hexadecimal number that the whole text is, without a "0x"; otherwise as parse_number().
std::optional<uint32_t> parse_hexadecimal(std::string_view text);

/// Returns the numbers of a list such as "1,0.5,0.1", or nothing if one entry is not a number.
template <class T>
std::optional<std::vector<T>> parse_numbers(std::string_view text);

/// Returns the text with some of its characters replaced: `{'<', "&lt;"}`.
std::string replaced(std::string_view text, std::initializer_list<std::pair<char, std::string_view>> by);

/// Returns a text from outside, made safe for a terminal: control characters, characters that change the
/// writing direction, and bytes that are not UTF-8 become '?'.
std::string printable(std::string_view text);

}  // namespace gradzoo
