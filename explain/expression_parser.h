#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/explain/expression.h"

namespace gradzoo {

/// Returns a text for messages, in UTF-8: control characters become U+FFFD.
std::string printable(std::u32string_view text);

/// Throws an ExpressionError that points at a column of the text, in characters from 0.
[[noreturn]] void throw_at(std::u32string_view text, size_t column, const std::string& sentence);

/// One way to write an operator, and its name in expression_operator().
struct ExpressionSign {
  std::u32string_view text;
  std::string_view op;
};

/// Reads expressions from a text, by recursive descent:
///
///     sum        = product {("+" | "-") product}
///     product    = signed {("*" | ".*") signed | ("/" | "./") {"-" | "+"} power}
///     signed     = {"-" | "+"} power {power}      (2x, x (y + 1), 2|x|; never behind a divisor)
///     power      = value {"'" | index | ("^" | ".^") exponent | raised digits}
///     exponent   = {"-" | "+"} value {raised digits} [("^" | ".^") exponent]
///     value      = primary {index}
///     index      = "[" sum ["," sum] "]"          (no space before it)
///     primary    = number | name | name [raised digits] "(" arguments ")" | "(" sum ")" | "|" sum "|" |
///                  "[" sum {"," sum} "]" | root {"-" | "+"} value
///     arguments  = (sum | comparison) {"," sum}   (where() begins with a comparison, all others with a sum)
///     comparison = sum (">" | "<" | ">=" | "<=" | "==" | "!=") sum
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
  size_t comparison();
  size_t sum();
  size_t product();
  size_t with_sign(size_t (ExpressionParser::*operand)());
  size_t factors();
  bool factor_follows(size_t left);
  size_t power();
  size_t exponent();
  size_t raised(size_t base);
  double raised_digits();
  size_t raised_call(const ExpressionFunction& function, size_t column);
  void check_end(std::string_view what);
  size_t value();
  bool index_follows() const;
  size_t index(size_t of);
  size_t primary();
  size_t absolute_value(size_t column);
  size_t root(size_t column);
  size_t number();
  size_t named();
  size_t call(const std::string& name, size_t column);
  std::vector<size_t> list(char32_t closing, size_t (ExpressionParser::*first)() = &ExpressionParser::sum);
  std::string name();
  std::string_view take_sign(std::span<const ExpressionSign> signs);  // "" if none comes next
  char32_t next();
  char32_t peek(size_t ahead = 0) const;
  size_t push(ExpressionTerm term);
  size_t push_call(std::string_view name, size_t column, std::vector<size_t> operands);
  size_t push_operator(std::string_view sign, size_t column, std::vector<size_t> operands);
  [[noreturn]] void fail(size_t column, const std::string& sentence) const;
  [[noreturn]] void fail_here(const std::string& wanted);

  std::u32string text_;
  size_t at_ = 0;
  int depth_ = 0;
  int bars_ = 0;  // absolute values that are open inside the innermost parentheses or brackets
  std::vector<ExpressionTerm> terms_;
};

/// Returns the characters of UTF-8 text; each byte that is not valid UTF-8 becomes U+FFFD.
std::u32string code_points(std::string_view utf8);

/// Returns true for a space, a tab, or a character that ends a line.
inline bool is_space(char32_t c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0; }

std::string to_utf8(std::u32string_view text);

}  // namespace gradzoo
