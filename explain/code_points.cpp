#include "explain/code_points.h"

#include <algorithm>

#include "gradzoo/base/text.h"

namespace gradzoo {

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
