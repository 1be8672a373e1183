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
/// True for a letter or a digit of ASCII, whatever the locale.
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
///@}
/// Returns the text with its letters of ASCII in lower case, whatever the locale.
std::string lower(std::string_view text);

/// How many single-character insertions, deletions, replacements and swaps of neighbours turn `a` into `b`
/// (optimal string alignment).
int64_t edit_distance(std::string_view a, std::string_view b);

/// The hint for a name that isn't known: "Hint: did you mean 'mnist'?" where a known name is near (a third of
/// its letters may differ, at least one, or the word is its beginning), else "Hint: one of fashion, mnist".
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

/// A character of a text, and how many bytes it takes.
struct CodePoint {
  char32_t code;  ///< its number in Unicode
  size_t bytes;   ///< 0: what the text begins with is no UTF-8
};
/// By the Unicode Standard, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.
CodePoint first_code_point(std::string_view text);

/// Rows of cells as lines: columns as wide as their widest cell, two spaces apart, and nothing trails.
std::string text_columns(std::span<const std::vector<std::string>> rows, std::string_view indent = "  ");

/// The words of a text in lines of at most `width` characters, each but the first behind `margin`.
std::string wrapped(const std::string& text, size_t width, const std::string& margin = "");

/// The number that the whole text is, in decimal digits; `T` is int64_t or double, and of doubles "inf" and
/// "nan" are numbers. Nothing where anything stands before or behind it, a space or a '+', or where it is
/// beyond T's range: a double's ends at its least subnormal too. Does not depend on the locale.
template <class T>
std::optional<T> parse_number(std::string_view text);

/// The same of hexadecimal digits, without a "0x".
std::optional<uint32_t> parse_hexadecimal(std::string_view text);

/// The numbers of "1,.5,.1", nothing where one of them is none.
template <class T>
std::optional<std::vector<T>> parse_numbers(std::string_view text);

/// The text with some of its characters written otherwise: `{'<', "&lt;"}`.
std::string replaced(std::string_view text, std::initializer_list<std::pair<char, std::string_view>> by);

/// A text from outside, fit for a terminal: control characters, what steers the direction of writing, and
/// bytes that are no UTF-8 become '?'.
std::string printable(std::string_view text);

}  // namespace gradzoo
