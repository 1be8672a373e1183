#include "explain/expression_parser.h"

#include <algorithm>
#include <numbers>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "gradzoo/base/text.h"
#include "gradzoo/explain/expression.h"
#include "gradzoo/explain/expression_functions.h"

namespace gradzoo {
namespace {

constexpr size_t kMostCharacters = 10'000;
constexpr int kDeepest = 100;
constexpr const char* kName = "the name of a variable";
constexpr const char* kComparison = "a comparison";
constexpr char32_t kPi = 0x3C0, kRoot = 0x221A, kRaisedMinus = 0x207B;
constexpr std::u32string_view kRaisedDigits = U"\u2070\u00B9\u00B2\u00B3\u2074\u2075\u2076\u2077\u2078\u2079";

// How an operator may be written; the longer sign comes first.
constexpr ExpressionSign kSumSigns[] = {{U"+", "+"}, {U"-", "-"}, {U"\u2212", "-"}};
constexpr ExpressionSign kProductSigns[] = {{U".*", ".*"},    {U"./", "./"},    {U"*", "*"},
                                            {U"/", "/"},      {U"\u00B7", "*"}, {U"\u22C5", "*"},
                                            {U"\u00D7", "*"}, {U"\u00F7", "/"}};
constexpr ExpressionSign kPowerSigns[] = {{U".^", ".^"}, {U"^", "^"}};
constexpr ExpressionSign kComparisonSigns[] = {{U">=", ">="},     {U"<=", "<="},     {U"==", "=="},
                                               {U"!=", "!="},     {U">", ">"},       {U"<", "<"},
                                               {U"\u2265", ">="}, {U"\u2264", "<="}, {U"\u2260", "!="}};

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }

// A to Z, a to z, an underscore, or a letter of Greek.
bool is_letter(char32_t c) {
  const char32_t lower = c | 0x20;
  return (lower >= 'a' && lower <= 'z') || c == '_' || (c >= 0x391 && c <= 0x3A9 && c != 0x3A2) ||
         (c >= 0x3B1 && c <= 0x3C9);
}

bool is_raised(char32_t c) { return c == kRaisedMinus || kRaisedDigits.find(c) != kRaisedDigits.npos; }

// Begins what may follow a value without a sign, as in 2x and x (y + 1).
bool begins_factor(char32_t c) { return is_letter(c) || c == '(' || c == kRoot; }

std::optional<double> constant(std::string_view name) {
  if (name == "pi" || name == "\xCF\x80") return std::numbers::pi;
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
    case '<':
    case '>':
    case '!':
      return "compare two values in where(x > 0, a, b)";
    case '[':
      if (before != 0) return "write an index right behind its value, as in x[0]";
      break;
    case 0x2016:
      return "use norm(x)";
    default:
      if (before != 0 && (begins_factor(c) || is_digit(c))) return "write products with *, as in 2*x";
  }
  return "use the operators + - * / ^ .* ./ .^ '";
}

// "Hint: did you mean 'sin'?", or "" if no function has such a name.
std::string near_function(const std::string& name) {
  std::vector<std::string> known;
  for (const ExpressionFunction& f : expression_functions()) known.emplace_back(f.name);
  const std::string hint = did_you_mean(name, known);
  return name.size() > 1 && hint.starts_with("Hint: did") ? hint : "";
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

std::string_view ExpressionParser::take_sign(std::span<const ExpressionSign> signs) {
  next();
  for (const ExpressionSign& sign : signs) {
    if (std::u32string_view(text_).substr(at_, sign.text.size()) != sign.text) continue;
    at_ += sign.text.size();
    return sign.op;
  }
  return "";
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

size_t ExpressionParser::push_call(std::string_view name, size_t column, std::vector<size_t> operands) {
  return push({.kind = ExpressionTerm::Kind::call,
               .column = column,
               .function = find_expression_function(name),
               .operands = std::move(operands)});
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
  const std::string hint = wanted == kName         ? "write values as x=1, A=[[1,2],[3,4]]"
                           : wanted == kComparison ? "write where(x > 0, a, b) with > < >= <= == or !="
                                                   : hint_at(before, c);
  fail(at_, fmt::format("there is '{}' instead of {}. Hint: {}", here, wanted, hint));
}

size_t ExpressionParser::comparison() {
  const size_t left = sum();
  next();
  const size_t column = at_;
  const std::string_view sign = take_sign(kComparisonSigns);
  if (sign.empty()) fail_here(kComparison);
  return push_operator(sign, column, {left, sum()});
}

size_t ExpressionParser::sum() {
  size_t left = product();
  for (;;) {
    next();
    const size_t column = at_;
    const std::string_view sign = take_sign(kSumSigns);
    if (sign.empty()) return left;
    left = push_operator(sign, column, {left, product()});
  }
}

size_t ExpressionParser::product() {
  size_t left = with_sign(&ExpressionParser::factors);
  for (;;) {
    next();
    const size_t column = at_;
    const std::string_view sign = take_sign(kProductSigns);
    if (sign.empty()) return left;
    const bool divides = sign.ends_with('/');
    const size_t right = with_sign(divides ? &ExpressionParser::power : &ExpressionParser::factors);
    if (divides && factor_follows(right))
      fail(at_, "it is unclear what is divided. Hint: write (1/2)*x, or 1/(2*x)");
    left = push_operator(sign, column, {left, right});
  }
}

// Every way to nest passes here.
size_t ExpressionParser::with_sign(size_t (ExpressionParser::*operand)()) {
  next();
  const size_t column = at_;
  if (++depth_ > kDeepest)
    fail(column, fmt::format("more than {} levels of nesting. Hint: simplify the expression", kDeepest));
  const std::string_view sign = take_sign(kSumSigns);
  size_t term = sign.empty() ? (this->*operand)() : with_sign(operand);
  if (sign == "-") term = push_operator("neg", column, {term});
  --depth_;
  return term;
}

size_t ExpressionParser::factors() {
  size_t left = power();
  while (factor_follows(left)) {
    const size_t column = at_;
    left = push_operator("*", column, {left, power()});
  }
  return left;
}

// 2|x| is a product. After anything else, and between bars, a bar ends an absolute value.
bool ExpressionParser::factor_follows(size_t left) {
  const char32_t c = next();
  return begins_factor(c) || (c == '|' && bars_ == 0 && terms_[left].kind == ExpressionTerm::Kind::number);
}

// A ' transposes all that stands before it, x.^2' is (x.^2)': an exponent takes none.
size_t ExpressionParser::power() {
  size_t base = value();
  for (;;) {
    if (index_follows()) {  // x'[0]
      base = index(base);
      continue;
    }
    next();
    const size_t column = at_;
    if (take('\'')) {
      base = push_operator("'", column, {base});
    } else if (const std::string_view sign = take_sign(kPowerSigns); !sign.empty()) {
      base = push_operator(sign, column, {base, with_sign(&ExpressionParser::exponent)});
      check_end("exponent");
    } else if (is_raised(peek())) {
      base = raised(base);
    } else {
      return base;
    }
  }
}

size_t ExpressionParser::exponent() {
  size_t base = value();
  while (is_raised(next())) base = raised(base);
  const size_t column = at_;
  const std::string_view sign = take_sign(kPowerSigns);
  if (sign.empty()) return base;
  return push_operator(sign, column, {base, with_sign(&ExpressionParser::exponent)});
}

size_t ExpressionParser::raised(size_t base) {
  const size_t column = at_;
  const double exponent = raised_digits();
  return push_operator("^", column, {base, push({.column = column, .number = exponent})});
}

double ExpressionParser::raised_digits() {
  const size_t column = at_;
  const bool minus = take(kRaisedMinus);
  double value = 0;
  for (size_t digit = 0; (digit = kRaisedDigits.find(peek())) != kRaisedDigits.npos; ++at_)
    value = 10 * value + static_cast<double>(digit);
  if (at_ == column + (minus ? 1 : 0)) fail(column, "a raised minus has no digits. Hint: write x^-1");
  return minus ? -value : value;
}

// sin(x)^2, written with the exponent behind the name.
size_t ExpressionParser::raised_call(const ExpressionFunction& function, size_t column) {
  const size_t raised_at = at_;
  const double exponent = raised_digits();
  if (next() != '(') fail(column, fmt::format("{} is a function. Hint: {}^2", function.name, function.usage));
  const size_t base = call(std::string(function.name), column);
  return push_operator("^", raised_at, {base, push({.column = raised_at, .number = exponent})});
}

// 2^3x and a root of 2x: a space, * or parentheses show where the exponent or the root ends.
void ExpressionParser::check_end(std::string_view what) {
  if (is_digit(text_[at_ - 1]) && begins_factor(peek()))
    fail(at_, fmt::format("it is unclear where the {} ends. Hint: write *, or parentheses around it", what));
}

size_t ExpressionParser::value() {
  size_t term = primary();
  while (index_follows()) term = index(term);
  return term;
}

bool ExpressionParser::index_follows() const { return peek() == '[' && !is_space(text_[at_ - 1]); }

size_t ExpressionParser::index(size_t of) {
  const size_t column = at_++;
  std::vector<size_t> operands = list(']');
  if (operands.size() > 2) fail(column, "an element has one or two indices. Hint: use x[0] or A[0,1]");
  operands.insert(operands.begin(), of);
  return push_operator("[]", column, std::move(operands));
}

size_t ExpressionParser::primary() {
  const char32_t c = next();
  const size_t column = at_;
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
  if (is_letter(c)) return named();
  if (take('(')) {
    const int outer = std::exchange(bars_, 0);
    const size_t inside = sum();
    expect(')', fmt::format("')' for the '(' of column {}", column + 1));
    bars_ = outer;
    return inside;
  }
  if (take('[')) return push({.kind = ExpressionTerm::Kind::list, .column = column, .operands = list(']')});
  if (take('|')) return absolute_value(column);
  if (take(kRoot)) return root(column);
  fail_here("a number, a name or '('");
}

size_t ExpressionParser::absolute_value(size_t column) {
  ++bars_;
  const size_t inside = sum();
  expect('|', fmt::format("'|' for the '|' of column {}", column + 1));
  --bars_;
  if (terms_[inside].column == column + 1 && text_[column + 1] == '|')
    fail(column, "||x|| is a norm, or an absolute value twice. Hint: use norm(x), or abs(x)");
  return push_call("abs", column, {inside});
}

size_t ExpressionParser::root(size_t column) {
  const size_t inside = with_sign(&ExpressionParser::value);
  check_end("root");
  const char32_t c = next();
  if (c == '^' || is_raised(c) || (c == '.' && peek(1) == '^'))
    fail(at_, "it is unclear where the root ends. Hint: write sqrt(x^2), or sqrt(x)^2");
  return push_call("sqrt", column, {inside});
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
  if (at_point())
    fail(at_, "an operator is missing after the number. Hint: write products with *, as in 2*x");
  return push({.column = column, .number = *value});
}

std::string ExpressionParser::name() {
  const size_t begin = at_;
  if (peek() == kPi)
    ++at_;  // the letter pi is a name of its own
  else
    while ((is_letter(peek()) && peek() != kPi) || is_digit(peek())) ++at_;
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

// A name before '(' is a function. Only pi, and a variable with a space behind it, are factors: x (y + 1).
size_t ExpressionParser::named() {
  const size_t column = at_;
  const std::string read = name();
  const bool spaced = is_space(peek());
  const std::optional<double> value = constant(read);
  const ExpressionFunction* const f = find_expression_function(read);
  if (f && is_raised(peek()) && peek() != kRaisedMinus) return raised_call(*f, column);
  if (next() == '(' && (f || (value != std::numbers::pi && !(spaced && near_function(read).empty()))))
    return call(read, column);
  if (value) return push({.column = column, .number = *value});
  if (f) fail(column, fmt::format("{} is a function. Hint: {}{}", read, f->usage, peek() == '^' ? "^2" : ""));
  return push({.kind = ExpressionTerm::Kind::variable, .column = column, .name = read});
}

size_t ExpressionParser::call(const std::string& name, size_t column) {
  const ExpressionFunction* const function = find_expression_function(name);
  if (!function) {
    std::string hint = near_function(name);
    if (hint.empty())
      hint = fmt::format("Hint: multiply with {}*(...), or see the functions in --help", name);
    fail(column, fmt::format("unknown function '{}'. {}", name, hint));
  }
  ++at_;
  const std::vector<size_t> arguments =
      list(')', name == "where" ? &ExpressionParser::comparison : &ExpressionParser::sum);
  if (arguments.size() < function->least || arguments.size() > function->most)
    fail(column,
         fmt::format("{} does not take {} arguments. Hint: use {}", name, arguments.size(), function->usage));
  return push_call(name, column, arguments);
}

// What stands between parentheses or brackets, by commas: at least one.
std::vector<size_t> ExpressionParser::list(char32_t closing, size_t (ExpressionParser::*first)()) {
  const int outer = std::exchange(bars_, 0);
  std::vector<size_t> elements{(this->*first)()};
  while (take(',')) elements.push_back(sum());
  expect(closing, fmt::format("',' or '{}'", static_cast<char>(closing)));
  bars_ = outer;
  return elements;
}

}  // namespace gradzoo
