#include <cmath>
#include <numbers>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "explain/expression_values.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/explain/expression.h"
#include "support/approx.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

// f and its first two derivatives by x.
struct Values {
  double f = 0, first = 0, second = 0;
};

Values at_point(const std::string& text, double at) {
  const Tape tape;
  const Tensor x = scalar(at, DType::f64).requires_grad_();
  const Tensor f = evaluate(parse_expression(text), {{"x", x}});
  if (!f.requires_grad()) return {.f = f.item()};
  const Tensor first = grad(f, x, {.create_graph = true, .allow_unused = true});
  if (!first.defined()) return {.f = f.item()};
  const Tensor second = first.requires_grad() ? grad(first, x, {.allow_unused = true}) : Tensor{};
  return {f.item(), first.item(), second.defined() ? second.item() : 0};
}

std::string refused_with(const std::string& text,
                         const std::string& at = "x=1, y=2, A=[[1,2],[3,4]], b=[1,2]") {
  try {
    evaluate(parse_expression(text), parse_variables(at));
  } catch (const ExpressionError& error) {
    return error.sentence();
  }
  return "no error";
}

}  // namespace

TEST_CASE("each notation has the value and the two derivatives of its closed form") {
  struct Row {
    const char* text;
    double x, f, first, second;
  };
  const double r = std::sqrt(3.0), s = std::sin(0.7), c = std::cos(0.7), e = std::exp(1.0);
  for (const Row& row :
       std::initializer_list<Row>{{"|x|", -2, 2, -1, 0},
                                  {"|x - 1|^3", -1, 8, -12, 12},
                                  {"|x|\u00b2 + 2|x + 1|", -3, 13, -8, 2},
                                  {"||x| - 1|", 0.5, 0.5, -1, 0},
                                  {"|sin(2|x|)|", -0.35, s, -2 * c, -4 * s},
                                  {"x\u00b2", 3, 9, 6, 2},
                                  {"x\u00b3 - 2x\u00b2", 3, 9, 15, 14},
                                  {"x\u207b\u00b9", 2, 0.5, -0.25, 0.25},
                                  {"x\u00b9\u2070", 1, 1, 10, 90},
                                  {"\u221ax", 4, 2, 0.25, -1. / 32},
                                  {"\u221a(x + 1)", 2, r, 0.5 / r, -0.25 / (r * r * r)},
                                  {"2\u221ax", 4, 4, 0.5, -1. / 16},
                                  {"2x", 3, 6, 2, 0},
                                  {"-2x^2", 3, -18, -12, -4},
                                  {"2 sin(x)", 0.7, 2 * s, 2 * c, -2 * s},
                                  {"3(x + 1)", 1, 6, 3, 0},
                                  {"2\u03c0x", 1, 2 * std::numbers::pi, 2 * std::numbers::pi, 0},
                                  {"\u03c0(x + 1)", 1, 2 * std::numbers::pi, std::numbers::pi, 0},
                                  {"(x + 1)(x - 1)", 3, 8, 6, 2},
                                  {"x (x + 1)", 3, 12, 7, 2},
                                  {"x exp(x)", 1, e, 2 * e, 3 * e},
                                  {"sin\u00b2(x)", 0.7, s * s, 2 * s * c, 2 * (c * c - s * s)},
                                  {"2 x x / 4", 3, 4.5, 3, 1},
                                  {"3 \u00b7 x \u00d7 x \u00f7 2 \u2212 x", 2, 4, 5, 3},
                                  {"where(x > 0, x^2, -x)", 3, 9, 6, 2},
                                  {"where(x > 0, x^2, -x)", -3, 3, -1, 0},
                                  {"where(x <= 1, 0, where(x < 2, x^3, 8))", 1.5, 3.375, 6.75, 9},
                                  {"x + where(x \u2260 0, 1, 0)", 1.5, 2.5, 1, 0},
                                  // the branch that is not chosen has no finite value or slope
                                  {"where(x > 0, sqrt(x), x^2)", 0, 0, 0, 2},
                                  {"where(x > 0, x*log(x), 3x)", -1, -3, 3, 0},
                                  {"where(x == 0, 1, sin(x)/x)", 0, 1, 0, 0}}) {
    CAPTURE(row.text);
    const Values got = at_point(row.text, row.x);
    CHECK(got.f == approx(row.f).epsilon(1e-14));
    CHECK(got.first == approx(row.first).epsilon(1e-13));
    CHECK(got.second == approx(row.second).epsilon(1e-13));
  }
}

TEST_CASE("products without a sign bind more than / and less than powers") {
  const std::string at = "x=3, y=5";
  CHECK(number_of("2x^2", at) == 18);
  CHECK(number_of("-x y", at) == -15);
  CHECK(number_of("x^2 y", at) == 45);
  CHECK(number_of("x\u00b2y", at) == 45);
  CHECK(number_of("2^x y", at) == 40);
  CHECK(number_of("2x/(3y)", at) == approx(0.4));
  CHECK(number_of("6x*2y", at) == 180);
  CHECK(number_of("x - 2y", at) == -7);
  CHECK(number_of("2^x\u00b2", at) == 512);
  CHECK(number_of("x\u00b2^2", at) == 81);
  CHECK(number_of("-x\u00b2", at) == -9);
}

TEST_CASE("an index is an element, or a row of a matrix, and its gradient goes there") {
  const std::string at = "x=[5,7,9], A=[[1,2,3],[4,5,6]]";
  CHECK(number_of("x[1]", at) == 7);
  CHECK(number_of("x'[2]^2 + 2x[0]", at) == 91);
  CHECK(number_of("A[1,0] + A[1][2]", at) == 10);
  CHECK(number_of("x[0,0]", at) == 5);
  CHECK(number_of("(A*x)[1]", at) == 109);
  CHECK(number_of("sum(A[1]*x) + [1,2][1]", at) == 111);
  CHECK(number_of("softmax(x - 7)[1]", at) == approx(1 / (1 + 2 * std::cosh(2.0))));
  CHECK(evaluate(parse_expression("A[0]"), parse_variables(at)).shape() == Shape{1, 3});
  CHECK(evaluate(parse_expression("A[0,1]"), parse_variables(at)).shape() == Shape{});
  CHECK(code_of("x[1]", at) == "reshape(slice(x, 0, 1, 2), {})");
  CHECK(code_of("A[1,0]", at) == "reshape(slice(slice(A, 0, 1, 2), 1, 0, 1), {})");
  // d2/dx2 of x1^3 x2
  const Tape tape;
  const Tensor x = parse_variables(at)["x"].requires_grad_();
  const Tensor first = grad(evaluate(parse_expression("x[1]^3 x[2]"), {{"x", x}}), x, {.create_graph = true});
  CHECK(first.to_vector() == std::vector<double>{0, 3 * 49 * 9, 343});
  CHECK(grad(first, x, {.grad_output = parse_variables("g=[0,1,0]")["g"]}).to_vector() ==
        std::vector<double>{0, 6 * 7 * 9, 3 * 49});
}

TEST_CASE("where() chooses by elements if it compares several, and else one branch of the program") {
  const std::string at = "x=[-1,2,3], y=2";
  CHECK(values_of("where(x >= y, x.^2, y)", at) == std::vector<double>{2, 4, 9});
  CHECK(code_of("where(x >= y, x, 0)", at) == "where(ge(x, y), x, scalar(0, DType::f64))");
  CHECK(code_of("1 + where(y^2 != 3, y, 0)*2", at) ==
        "1 + (square(y).item() != 3 ? y : scalar(0, DType::f64)) * 2");
  const Tape tape;
  const Tensor x = parse_variables(at)["x"].requires_grad_();
  const Tensor y = evaluate(parse_expression("sum(where(x < 0, x^3, 2x))"), {{"x", x}});
  CHECK(grad(y, x).to_vector() == std::vector<double>{3, 2, 2});
}

TEST_CASE("what is not clear is refused with a hint") {
  const std::pair<const char*, const char*> rows[] = {
      {"1/2x", "column 4: it is unclear what is divided. Hint: write (1/2)*x, or 1/(2*x)"},
      {"x/y sin(x)", "column 5: it is unclear what is divided. Hint: write (1/2)*x, or 1/(2*x)"},
      {"2^3x", "column 4: it is unclear where the exponent ends. Hint: write *, or parentheses around it"},
      {"\u221a2x", "column 3: it is unclear where the root ends. Hint: write *, or parentheses around it"},
      {"\u221ax^2", "column 3: it is unclear where the root ends. Hint: write sqrt(x^2), or sqrt(x)^2"},
      {"||x||", "column 1: ||x|| is a norm, or an absolute value twice. Hint: use norm(x), or abs(x)"},
      {"|x",
       "column 3: the text ends where '|' for the '|' of column 1 should be. Hint: add the missing part"},
      {"\u2016b\u2016", "column 1: there is '\u2016' instead of a number, a name or '('. Hint: use norm(x)"},
      {"x(y + 1)",
       "column 1: unknown function 'x'. Hint: multiply with x*(...), or see the functions in --help"},
      {"sine (x)", "column 1: unknown function 'sine'. Hint: did you mean 'sin'?"},
      {"sin^2(x)", "column 1: sin is a function. Hint: sin(x)^2"},
      {"sin\u00b2x", "column 1: sin is a function. Hint: sin(x)^2"},
      {"x\u207b", "column 2: a raised minus has no digits. Hint: write x^-1"},
      {"b[2]",
       "column 2: the index 2 is not a whole number from 0 to 1. Hint: indices are numbers, and begin at 0"},
      {"1 + A[0,y]",
       "column 6: the index y is not a whole number from 0 to 1. Hint: indices are numbers, and begin at 0"},
      {"b[-1]",
       "column 2: the index -1 is not a whole number from 0 to 1. Hint: indices are numbers, and begin at 0"},
      {"b[.5]",
       "column 2: the index 0.5 is not a whole number from 0 to 1. Hint: indices are numbers, and begin at "
       "0"},
      {"A[0,0,0]", "column 2: an element has one or two indices. Hint: use x[0] or A[0,1]"},
      {"x[0]",
       "column 2: a single number has no elements. Hint: index a vector, as in x[0], or a matrix, as in "
       "A[0,1]"},
      {"b [0]",
       "column 3: there is '[' instead of the end. Hint: write an index right behind its value, as in x[0]"},
      {"x > 0", "column 3: there is '>' instead of the end. Hint: compare two values in where(x > 0, a, b)"},
      {"where(0 < x < 1, 1, 2)",
       "column 13: there is '<' instead of ',' or ')'. Hint: compare two values in where(x > 0, a, b)"},
      {"where(x = y, x, y)",
       "column 9: there is '=' instead of a comparison. Hint: write where(x > 0, a, b) with > < >= <= == or "
       "!="},
      {"where(x == y, x)", "column 1: where does not take 2 arguments. Hint: use where(x > 0, a, b)"},
  };
  for (const auto& [text, sentence] : rows)
    CHECK(refused_with(text) == fmt::format("expression, {}", sentence));
}

TEST_CASE("random sequences of the language's tokens have a value or are refused") {
  const std::string_view tokens[] = {
      "x",      "b",      "A",      "2",  ".5", "(",   ")",      "[",      "]",      "|",  "|",
      "\u00b2", "\u207b", "\u221a", "+",  "-",  "*",   "/",      "^",      "'",      " ",  "where(",
      "abs(",   ",",      ">",      "<=", "==", "[0]", "\u03c0", "\u00b7", "\u00f7", "1)", "x)"};
  const Variables at = parse_variables("x=.5, A=[[1,2],[3,4]], b=[0,1]");
  std::mt19937 rng(11);
  int values = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (size_t length = 1 + rng() % 9; length > 0; --length) text += tokens[rng() % std::size(tokens)];
    CAPTURE(text);
    try {
      evaluate(parse_expression(text), at);
      ++values;
    } catch (const ExpressionError& error) {
      CHECK(error.sentence().find(". Hint: ") != std::string::npos);
    }
  }
  CHECK(values > 500);
}
