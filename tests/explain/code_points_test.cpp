#include <doctest/doctest.h>

#include "explain/expression_parser.h"

using namespace gradzoo;

TEST_CASE("every character comes back from UTF-8, at the limits of each length") {
  for (const char32_t c : {U'\0', U'a', U'\x7F', U'\x80', U'\x7FF', U'\x800', U'\xD7FF', U'\xE000', U'\xFFFF',
                           U'\x10000', U'\x10FFFF'}) {
    const std::u32string text{U'<', c, U'>'};
    CHECK(code_points(to_utf8(text)) == text);
  }
  CHECK(to_utf8(U"\u2212\u03C0") == "\xE2\x88\x92\xCF\x80");
}

TEST_CASE("a byte that is part of no character is replaced, and what follows it is read") {
  const char32_t bad = 0xFFFD;
  CHECK(code_points("a\xFF"
                    "b") == std::u32string{U'a', bad, U'b'});
  CHECK(code_points("\xCE") == std::u32string{bad});                    // cut
  CHECK(code_points("\xCE(") == std::u32string{bad, U'('});             // no continuation
  CHECK(code_points("\xC0\xAF") == std::u32string{bad, bad});           // overlong
  CHECK(code_points("\xE0\x80\x80") == std::u32string{bad, bad, bad});  // overlong
  CHECK(code_points("\xED\xA0\x80") == std::u32string{bad, bad, bad});  // a surrogate
  CHECK(code_points("\xF4\x90\x80\x80") == std::u32string(4, bad));     // beyond Unicode
}
