#include <algorithm>

#include <fmt/format.h>

#include "explain/expression_parser.h"
#include "gradzoo/base/text.h"

namespace gradzoo {
namespace {

// No control character, nothing that turns the text around.
char32_t printable_character(char32_t c) {
  if (is_space(c)) return ' ';
  const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) ||
                       (c >= 0x2028 && c <= 0x202F) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
  return control ? 0xFFFD : c;
}

}  // namespace

ExpressionError::ExpressionError(const std::string& sentence, const std::string& pointer)
    : Error(sentence + "\n" + pointer), sentence_(sentence), pointer_(pointer) {}

std::string printable(std::u32string_view text) {
  std::u32string line(text);
  std::ranges::transform(line, line.begin(), printable_character);
  return to_utf8(line);
}

void throw_at(std::u32string_view text, size_t column, const std::string& sentence) {
  constexpr size_t kAround = 60;
  const size_t begin = column > kAround ? column - kAround : 0;
  const size_t end = std::min(text.size(), column + kAround);
  const bool cut = begin > 0;
  const std::string pointer =
      fmt::format("  {}{}{}\n  {}^", cut ? "..." : "", printable(text.substr(begin, end - begin)),
                  end < text.size() ? "..." : "", std::string(column - begin + (cut ? 3 : 0), ' '));
  throw ExpressionError(fmt::format("expression, column {}: {}", column + 1, sentence), pointer);
}

std::u32string code_points(std::string_view utf8) {
  constexpr char32_t kReplacement = 0xFFFD;
  std::u32string text;
  while (!utf8.empty()) {
    const CodePoint point = first_code_point(utf8);
    text += point.bytes > 0 ? point.code : kReplacement;
    utf8.remove_prefix(std::max<size_t>(1, point.bytes));
  }
  return text;
}

std::string to_utf8(std::u32string_view text) {
  std::string utf8;
  const auto put = [&](char32_t byte) { utf8 += static_cast<char>(byte); };
  for (const char32_t c : text) {
    if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xC0 | (c >> 6)), put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      put(0xE0 | (c >> 12)), put(0x80 | ((c >> 6) & 0x3F)), put(0x80 | (c & 0x3F));
    } else {
      put(0xF0 | (c >> 18)), put(0x80 | ((c >> 12) & 0x3F)), put(0x80 | ((c >> 6) & 0x3F)),
          put(0x80 | (c & 0x3F));
    }
  }
  return utf8;
}

}  // namespace gradzoo
