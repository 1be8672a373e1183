#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/explain/expression.h"

namespace gradzoo {

/// Returns a text for messages, in UTF-8: control characters become U+FFFD.
std::string printable(std::u32string_view text);

/// Throws an ExpressionError that points at a column of the text, in characters from 0.
[[noreturn]] void throw_at(std::u32string_view text, size_t column, const std::string& sentence);

/// Reads expressions from a text, by recursive descent:
///
///     sum      = product {("+" | "-") product}
///     product  = signed {("*" | "/" | ".*" | "./") signed}
///     signed   = {"-" | "+"} power
///     power    = primary {"'" | ("^" | ".^") exponent}
///     exponent = {"-" | "+"} primary [("^" | ".^") exponent]
///     primary  = number | name | name "(" sum {"," sum} ")" | "(" sum ")" | "[" sum {"," sum} "]"
class ExpressionParser {
 public:
  /// Throws ExpressionError if the text is longer than 10,000 characters.
  explicit ExpressionParser(std::string_view text);

  /// Reads one expression, from the end of the last one.
  std::vector<ExpressionTerm> expression();
  /// Reads the name of a variable that is not a constant or function.
  std::string new_name();
  /// Reads the character if it comes next. Returns true if it did.
  bool take(char32_t c);
  /// end() throws ExpressionError unless the text ends; expect() reads `c`, and throws if it is not next.
  void end();
  void expect(char32_t c, const std::string& what);
  bool at_end();

 private:
  size_t sum();
  size_t product();
  size_t with_sign(size_t (ExpressionParser::*operand)());
  size_t power();
  size_t exponent();
  std::string_view take_power_sign();
  size_t primary();
  size_t number();
  size_t named();
  size_t call(const std::string& name, size_t column);
  std::vector<size_t> list(char32_t closing);
  std::string name();
  bool take_sign(std::string_view sign);
  char32_t next();
  char32_t peek(size_t ahead = 0) const;
  size_t push(ExpressionTerm term);
  size_t push_operator(std::string_view sign, size_t column, std::vector<size_t> operands);
  [[noreturn]] void fail(size_t column, const std::string& sentence) const;
  [[noreturn]] void fail_here(const std::string& wanted);

  std::u32string text_;
  size_t at_ = 0;
  int depth_ = 0;
  std::vector<ExpressionTerm> terms_;
};

/// Returns the characters of UTF-8 text; each byte that is not valid UTF-8 becomes U+FFFD.
std::u32string code_points(std::string_view utf8);

/// Returns true for a space, a tab, or a character that ends a line.
inline bool is_space(char32_t c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0; }

std::string to_utf8(std::u32string_view text);

}  // namespace gradzoo
