#include "explain/expression_parser.h"

#include <algorithm>
#include <numbers>
#include <optional>

#include <fmt/format.h>

#include "gradzoo/base/text.h"
#include "gradzoo/explain/expression.h"
#include "gradzoo/explain/expression_functions.h"

namespace gradzoo {
namespace {

constexpr size_t kMostCharacters = 10'000;
constexpr int kDeepest = 100;
constexpr const char* kName = "the name of a variable";
constexpr char32_t kMinusSign = 0x2212, kPi = 0x3C0;

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }

// A to Z, a to z, an underscore, or a letter of Greek.
bool is_letter(char32_t c) {
  const char32_t lower = c | 0x20;
  return (lower >= 'a' && lower <= 'z') || c == '_' || (c >= 0x391 && c <= 0x3A9 && c != 0x3A2) ||
         (c >= 0x3B1 && c <= 0x3C9);
}

bool begins_primary(char32_t c) { return is_letter(c) || is_digit(c) || c == '(' || c == '['; }

std::optional<double> constant(std::string_view name) {
  if (name == "pi" || name == to_utf8(std::u32string(1, kPi))) return std::numbers::pi;
  if (name == "e") return std::numbers::e;
  return {};
}

// What may be meant by a character that stands where it cannot.
std::string hint_at(char32_t before, char32_t c) {
  switch (c) {
    case '*':
      if (before == '*') return "write a power with ^, as in x^2";
      break;
    case ')':
    case ']':
      return "remove a parenthesis, or add an operand";
    case '=':
      return "give values of variables in --at, as in --at x=1";
    case ';':
      return "use commas between values, and in [[1,2],[3,4]]";
    case '|':
      return "use abs(x) for the absolute value";
    default:
      if (before != 0 && begins_primary(c)) return "write products with *, as in 2*x";
  }
  return "use the operators + - * / ^ .* ./ .^ '";
}

std::string unknown_function(const std::string& name) {
  std::vector<std::string> known;
  for (const ExpressionFunction& f : expression_functions()) known.emplace_back(f.name);
  const std::string hint = did_you_mean(name, known);
  const bool near = name.size() > 1 && hint.starts_with("Hint: did");
  return fmt::format(
      "unknown function '{}'. {}", name,
      near ? hint : fmt::format("Hint: multiply with {}*(...), or see the functions in --help", name));
}

}  // namespace

ExpressionParser::ExpressionParser(std::string_view text)
    : text_(code_points(text.substr(0, 4 * kMostCharacters))) {
  if (text_.size() > kMostCharacters || text.size() > 4 * kMostCharacters)
    throw_at(text_, kMostCharacters - 1,
             fmt::format("the text has more than {} characters. Hint: shorten it", kMostCharacters));
}

std::vector<ExpressionTerm> ExpressionParser::expression() {
  terms_.clear();
  sum();
  return std::move(terms_);
}

bool ExpressionParser::at_end() {
  next();
  return at_ >= text_.size();
}

void ExpressionParser::end() {
  if (!at_end()) fail_here("the end");
}

void ExpressionParser::expect(char32_t c, const std::string& what) {
  if (!take(c)) fail_here(what);
}

bool ExpressionParser::take(char32_t c) {
  if (next() != c || at_ >= text_.size()) return false;
  ++at_;
  return true;
}

bool ExpressionParser::take_sign(std::string_view sign) {
  next();
  for (size_t i = 0; i < sign.size(); ++i)
    if (peek(i) != static_cast<unsigned char>(sign[i])) return false;
  at_ += sign.size();
  return true;
}

// The next character that is no space, 0 at the end.
char32_t ExpressionParser::next() {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  return peek();
}

char32_t ExpressionParser::peek(size_t ahead) const {
  return at_ + ahead < text_.size() ? text_[at_ + ahead] : 0;
}

size_t ExpressionParser::push(ExpressionTerm term) {
  terms_.push_back(std::move(term));
  return terms_.size() - 1;
}

size_t ExpressionParser::push_operator(std::string_view sign, size_t column, std::vector<size_t> operands) {
  return push({.kind = ExpressionTerm::Kind::call,
               .column = column,
               .function = &expression_operator(sign),
               .operands = std::move(operands)});
}

void ExpressionParser::fail(size_t column, const std::string& sentence) const {
  throw_at(text_, std::min(column, text_.size()), sentence);
}

void ExpressionParser::fail_here(const std::string& wanted) {
  const char32_t c = next();
  if (at_ >= text_.size())
    fail(at_, fmt::format("the text ends where {} should be. Hint: add the missing part", wanted));
  const std::string here = printable(std::u32string_view(&c, 1));
  const char32_t before = at_ > 0 ? text_[at_ - 1] : 0;
  const std::string hint = wanted == kName ? "write values as x=1, A=[[1,2],[3,4]]" : hint_at(before, c);
  fail(at_, fmt::format("there is '{}' instead of {}. Hint: {}", here, wanted, hint));
}

size_t ExpressionParser::sum() {
  size_t left = product();
  for (;;) {
    next();
    const size_t column = at_;
    const bool minus = take('-') || take(kMinusSign);
    if (!minus && !take('+')) return left;
    const size_t right = product();
    left = push_operator(minus ? "-" : "+", column, {left, right});
  }
}

size_t ExpressionParser::product() {
  size_t left = with_sign(&ExpressionParser::power);
  for (;;) {
    next();
    const size_t column = at_;
    std::string_view sign;
    for (const std::string_view candidate : {".*", "./", "*", "/"})
      if (sign.empty() && take_sign(candidate)) sign = candidate;
    if (sign.empty()) return left;
    const size_t right = with_sign(&ExpressionParser::power);
    left = push_operator(sign, column, {left, right});
  }
}

// Every way to nest passes here.
size_t ExpressionParser::with_sign(size_t (ExpressionParser::*operand)()) {
  next();
  const size_t column = at_;
  if (++depth_ > kDeepest)
    fail(column, fmt::format("more than {} levels of nesting. Hint: simplify the expression", kDeepest));
  const bool minus = take('-') || take(kMinusSign);
  size_t term = 0;
  if (minus)
    term = push_operator("neg", column, {with_sign(operand)});
  else
    term = take('+') ? with_sign(operand) : (this->*operand)();
  --depth_;
  return term;
}

// A ' transposes all that stands before it, x.^2' is (x.^2)': an exponent takes none.
size_t ExpressionParser::power() {
  size_t base = primary();
  for (;;) {
    next();
    const size_t column = at_;
    if (take('\'')) {
      base = push_operator("'", column, {base});
    } else if (const std::string_view sign = take_power_sign(); !sign.empty()) {
      base = push_operator(sign, column, {base, with_sign(&ExpressionParser::exponent)});
    } else {
      return base;
    }
  }
}

size_t ExpressionParser::exponent() {
  const size_t base = primary();
  next();
  const size_t column = at_;
  const std::string_view sign = take_power_sign();
  if (sign.empty()) return base;
  return push_operator(sign, column, {base, with_sign(&ExpressionParser::exponent)});
}

std::string_view ExpressionParser::take_power_sign() {
  return take_sign("^") ? "^" : take_sign(".^") ? ".^" : "";
}

size_t ExpressionParser::primary() {
  const char32_t c = next();
  const size_t column = at_;
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
  if (is_letter(c)) return named();
  if (take('(')) {
    const size_t inside = sum();
    expect(')', fmt::format("')' for the '(' of column {}", column + 1));
    return inside;
  }
  if (take('[')) return push({.kind = ExpressionTerm::Kind::list, .column = column, .operands = list(']')});
  fail_here("a number, a name or '('");
}

// 2 .* x is not 2. * x: the two mean the same, and the sign stays whole.
size_t ExpressionParser::number() {
  const size_t column = at_;
  std::string digits;
  const auto take_digits = [&] {
    while (is_digit(peek())) digits += static_cast<char>(text_[at_++]);
  };
  take_digits();
  const auto at_point = [&] { return peek() == '.' && peek(1) != '*' && peek(1) != '/' && peek(1) != '^'; };
  if (at_point()) {
    digits += static_cast<char>(text_[at_++]);
    take_digits();
  }
  const bool sign = peek(1) == '+' || peek(1) == '-';
  if ((peek() == 'e' || peek() == 'E') && is_digit(peek(sign ? 2 : 1))) {
    for (int i = 0; i < (sign ? 2 : 1); ++i) digits += static_cast<char>(text_[at_++]);
    take_digits();
  }
  const std::optional<double> value = parse_number<double>(digits);
  if (!value) fail(column, "this number is outside the range of a double. Hint: use 1e-300 to 1e300");
  if (is_letter(peek()) || peek() == '(' || at_point())
    fail(at_, "an operator is missing after the number. Hint: write products with *, as in 2*x");
  return push({.column = column, .number = *value});
}

std::string ExpressionParser::name() {
  const size_t begin = at_;
  while (is_letter(peek()) || is_digit(peek())) ++at_;
  return to_utf8(std::u32string_view(text_).substr(begin, at_ - begin));
}

std::string ExpressionParser::new_name() {
  if (!is_letter(next())) fail_here(kName);
  const size_t column = at_;
  std::string read = name();
  if (constant(read)) fail(column, fmt::format("{} is a constant. Hint: use another name", read));
  if (find_expression_function(read))
    fail(column, fmt::format("{} is a function. Hint: use another name", read));
  return read;
}

size_t ExpressionParser::named() {
  const size_t column = at_;
  const std::string read = name();
  if (next() == '(') return call(read, column);
  if (const std::optional<double> value = constant(read)) return push({.column = column, .number = *value});
  if (const ExpressionFunction* f = find_expression_function(read))
    fail(column, fmt::format("{} is a function. Hint: {}", read, f->usage));
  return push({.kind = ExpressionTerm::Kind::variable, .column = column, .name = read});
}

size_t ExpressionParser::call(const std::string& name, size_t column) {
  const ExpressionFunction* const function = find_expression_function(name);
  if (!function) fail(column, unknown_function(name));
  ++at_;
  const std::vector<size_t> arguments = list(')');
  if (arguments.size() < function->least || arguments.size() > function->most)
    fail(column,
         fmt::format("{} does not take {} arguments. Hint: use {}", name, arguments.size(), function->usage));
  return push(
      {.kind = ExpressionTerm::Kind::call, .column = column, .function = function, .operands = arguments});
}

// What stands between parentheses or brackets, by commas: at least one.
std::vector<size_t> ExpressionParser::list(char32_t closing) {
  std::vector<size_t> elements;
  do {
    elements.push_back(sum());
  } while (take(','));
  expect(closing, fmt::format("',' or '{}'", static_cast<char>(closing)));
  return elements;
}

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
