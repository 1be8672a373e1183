#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradzoo {

/// How many single-character insertions, deletions, replacements and swaps of neighbours turn `a` into `b`
/// (optimal string alignment).
int64_t edit_distance(std::string_view a, std::string_view b);

/// The hint for a name that isn't known: "Hint: did you mean 'mnist'?" where a known name is near (a third of
/// its letters may differ, at least one, or the word is its beginning), else "Hint: one of fashion, mnist".
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

/// A character of a text, and how many bytes it takes.
struct CodePoint {
  char32_t code;  // its number in Unicode
  size_t bytes;   // 0: what the text begins with is no UTF-8
};
/// By the Unicode Standard, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.
CodePoint first_code_point(std::string_view text);

/// Rows of cells as lines: columns as wide as their widest cell, two spaces apart, and nothing trails.
std::string text_columns(std::span<const std::vector<std::string>> rows, std::string_view indent = "  ");

/// A text from outside, fit for a terminal: control characters, what steers the direction of writing, and
/// bytes that are no UTF-8 become '?'.
std::string printable(std::string_view text);

}  // namespace gradzoo
