#include "gradzoo/explain/expression.h"

#include <cmath>
#include <random>

#include <doctest/doctest.h>

#include "explain/expression_values.h"
#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "support/approx.h"

using namespace gradzoo;
using namespace gradzoo::test;

namespace {

// The error's sentence and the character of the text that its caret stands below, "" at its end.
struct Refusal {
  std::string sentence, below;
};

Refusal refusal(const std::string& text, const std::string& at = "") {
  try {
    evaluate(parse_expression(text), parse_variables(at));
  } catch (const ExpressionError& error) {
    const std::string lines = error.pointer();
    const size_t end = lines.find('\n');
    const size_t column = lines.size() - 1 - (end + 1);
    REQUIRE(lines.back() == '^');
    return {error.sentence(), lines.substr(0, end).substr(std::min(column, end), 1)};
  }
  return {"no error", ""};
}

}  // namespace

TEST_CASE("numbers: precedence and associativity are those of mathematics") {
  CHECK(number_of("1 + 2*3") == 7);
  CHECK(number_of("(1 + 2)*3") == 9);
  CHECK(number_of("-3^2") == -9);
  CHECK(number_of("(-3)^2") == 9);
  CHECK(number_of("2^3^2") == 512);
  CHECK(number_of("2^-2") == 0.25);
  CHECK(number_of("-2^-2^1") == -0.25);
  CHECK(number_of("8/4/2") == 1);
  CHECK(number_of("8 - 4 - 2") == 2);
  CHECK(number_of("2*-3") == -6);
  CHECK(number_of("- -3") == 3);
  CHECK(number_of("1e3 + .5 + 1.e-1 + 2E+0") == approx(1002.6));
  CHECK(number_of("cos(pi) + ln(e)") == approx(0).scale(1));
  CHECK(number_of("\xCF\x80 \xE2\x88\x92 pi") == 0);  // the letter and the minus sign of print
  CHECK(number_of("2.*3 + 1./2") == 6.5);
  CHECK(number_of("+3 - +2 + +-1 - -+1") == 1);
  CHECK(number_of("2^+3*+2") == 16);
  CHECK(number_of("+2^2") == 4);
  CHECK(number_of("2^-+-1^3") == 2);
  CHECK(number_of("x", "x=+5") == 5);
}

TEST_CASE("variables: the same values as C++'s own arithmetic") {
  const double x = 0.8, y = 0.3;
  const std::string at = "x=.8, y=.3";
  CHECK(number_of("sin(x^2)*exp(-y)", at) == approx(std::sin(x * x) * std::exp(-y)).epsilon(1e-14));
  CHECK(number_of("-x^2 - y", at) == approx(-x * x - y).epsilon(1e-14));
  CHECK(number_of("x^y^2", at) == approx(std::pow(x, y * y)).epsilon(1e-14));
  CHECK(number_of("2^x", at) == approx(std::pow(2, x)).epsilon(1e-14));
  CHECK(number_of("e^x - exp(x)", at) == approx(0).scale(1).epsilon(1e-15));
  CHECK(number_of("1/x/y - 1/(x/y)", at) == approx(1 / x / y - y / x).epsilon(1e-14));
  CHECK(number_of("x - (y - 1) - 2", at) == approx(x - y - 1).epsilon(1e-14));
  CHECK(number_of("maximum(x, 1) + minimum(x, y)", at) == approx(1.3).epsilon(1e-14));
  CHECK(number_of("clamp(x, 0, .5) + leaky_relu(-y, .5)", at) == approx(0.35).epsilon(1e-14));
  CHECK(number_of("max(x, 1) + min(x, y)", at) == approx(1.3).epsilon(1e-14));
  CHECK(number_of("polygamma(0, x) - digamma(x)", at) == 0);
  CHECK(number_of("\xCE\xB8^2", "\xCE\xB8=3") == 9);  // theta
}

TEST_CASE("matrices: * is their product, .* goes by elements, ' transposes, a vector is a column") {
  const std::string at = "A=[[1,2],[3,4]], x=[.5,-1], b=[0,1]";
  CHECK(values_of("A*x + b", at) == std::vector{-1.5, -1.5});
  CHECK(values_of("A*A", at) == std::vector<double>{7, 10, 15, 22});
  CHECK(values_of("A.*A", at) == std::vector<double>{1, 4, 9, 16});
  CHECK(values_of("A.^2 - A.*A", at) == std::vector<double>{0, 0, 0, 0});
  CHECK(values_of("A./A", at) == std::vector<double>{1, 1, 1, 1});
  CHECK(values_of("A'", at) == std::vector<double>{1, 3, 2, 4});
  // As in Octave, ' transposes all of a power, and binds more than a sign.
  CHECK(values_of("A.^2'", at) == std::vector<double>{1, 9, 4, 16});
  CHECK(values_of("(A.^2')'", at) == std::vector<double>{1, 4, 9, 16});
  CHECK(values_of("A'.^2", at) == std::vector<double>{1, 9, 4, 16});
  CHECK(values_of("2.^A'", at) == std::vector<double>{2, 8, 4, 16});
  CHECK(values_of("A.^A'", at) == std::vector<double>{1, 27, 4, 256});               // (A.^A)'
  CHECK(values_of("A.^A'.^2", at) == std::vector<double>{1, 729, 16, 65536});        // ((A.^A)').^2
  CHECK(values_of("A.^2.^A'", at) == std::vector<double>{1, 6561, 16, 4294967296});  // (A.^(2.^A))'
  CHECK(values_of("-A.^-1'", at) == std::vector<double>{-1, -1. / 3, -0.5, -0.25});
  CHECK(values_of("x.^2'*b", at) == std::vector<double>{1});
  CHECK(evaluate(parse_expression("x.^2'"), parse_variables(at)).shape() == Shape{1, 2});
  CHECK(number_of("x'*A*x", at) == 0.25 * 1 - 0.5 * 2 - 0.5 * 3 + 4);
  CHECK(values_of("x*x'", at) == std::vector{0.25, -0.5, -0.5, 1.0});
  CHECK(values_of("(x'*b)*x", at) == std::vector<double>{-0.5, 1});
  CHECK(values_of("2*A/4", at) == std::vector{0.5, 1.0, 1.5, 2.0});
  CHECK(values_of("sum(A, 0)", at) == std::vector<double>{4, 6});
  CHECK(values_of("sum(A, 1)", at) == std::vector<double>{3, 7});
  CHECK(values_of("A - mean(A, 1)", at) == std::vector{-0.5, 0.5, -0.5, 0.5});
  CHECK(number_of("sum(softmax(x))", at) == approx(1));
  CHECK(values_of("softmax(x) - exp(x)/sum(exp(x))", at)[1] == approx(0).scale(1));
  CHECK(number_of("logsumexp(x) - ln(sum(exp(x)))", at) == approx(0).scale(1));
  CHECK(number_of("sum([1, 2]'*[3, 4])") == 11);
  CHECK(values_of("[pi/pi, -2^2]") == std::vector<double>{1, -4});
}

TEST_CASE("what an expression records can be differentiated") {
  Tape tape;
  Variables at = parse_variables("A=[[1,2],[3,4]], x=[.5,-1]");
  for (auto& [name, value] : at) value.requires_grad_();
  const Tensor y = evaluate(parse_expression("x'*A*x"), at);
  CHECK(grad(y, at["x"]).to_vector() == std::vector{1 * 0.5 * 2 - 5, 5 * 0.5 - 8});  // (A + A') x
}

TEST_CASE("constants take the dtype of the variables") {
  Variables at{{"x", scalar(2)}};
  CHECK(evaluate(parse_expression("2^x + maximum(x, 1) + sum([1, 2]*x)"), at).dtype() == DType::f32);
  CHECK(evaluate(parse_expression("1 + 2"), {}).dtype() == DType::f64);
}

TEST_CASE("the code has parentheses where C++ needs them, and nowhere else") {
  const std::string at = "x=.8, y=.3, A=[[1,2],[3,4]], b=[1,2]";
  CHECK(code_of("sin(x^2)*exp(-y)", at) == "sin(square(x)) * exp(-y)");
  CHECK(code_of("x - (y - 1) - (2 - x)*y", at) == "x - (y - 1) - (2 - x) * y");
  CHECK(code_of("x/(y*x)", at) == "x / (y * x)");
  CHECK(code_of("-(x + y)^3", at) == "-pow(x + y, 3)");
  CHECK(code_of("-(-x)", at) == "-(-x)");
  CHECK(code_of("2*pi*x", at) == "6.283185307179586 * x");
  CHECK(code_of("mean(softplus(A*b))", at) == "mean(softplus(matmul(A, b)))");
  CHECK(code_of("maximum(x, 0)", at) == "maximum(x, scalar(0, DType::f64))");
  CHECK(code_of("max(0, x) + min(b)", at) == "maximum(scalar(0, DType::f64), x) + min(b)");
  CHECK(code_of("softmax(b)", at) == "softmax(b, 0)");
  CHECK(code_of("sum(A, 1)", at) == "sum(A, 1, true)");
  CHECK(code_of("b'*[1,2]", at) == "matmul(transpose(b), tensor({1, 2}, {2, 1}, DType::f64))");
}

TEST_CASE("errors point at the place and hint at the mend") {
  const auto check = [](const std::string& text, const std::string& sentence, const std::string& below,
                        const std::string& at = "x=1, y=2, A=[[1,2],[3,4]], b=[1,2]") {
    CAPTURE(text);
    const Refusal got = refusal(text, at);
    CHECK(got.sentence == "expression, " + sentence);
    CHECK(got.below == below);
  };
  check("x + sine(x)", "column 5: unknown function 'sine'. Hint: did you mean 'sin'?", "s");
  check("x(1 + 2)",
        "column 1: unknown function 'x'. Hint: multiply with x*(...), or see the functions in --help", "x");
  check("z + 1", "column 1: z has no value. Hint: use --at z=1, or --at 'z=[1,2]' for a column", "z");
  check("x 2", "column 3: there is '2' instead of the end. Hint: write products with *, as in 2*x", "2");
  check("1.2.3", "column 4: an operator is missing after the number. Hint: write products with *, as in 2*x",
        ".");
  check("x**2",
        "column 3: there is '*' instead of a number, a name or '('. Hint: write a power with ^, as in x^2",
        "*");
  check("x|y|", "column 2: there is '|' instead of the end. Hint: use abs(x) for the absolute value", "|");
  check("x",
        "column 4: there is ';' instead of the end. Hint: use commas between values, and in [[1,2],[3,4]]",
        ";", "x=1; y=2");
  check(
      "x",
      "column 5: there is '[' instead of the name of a variable. Hint: write values as x=1, A=[[1,2],[3,4]]",
      "[", "x=1,[3]");
  check("f(x)=x^2", "column 5: a function is written without its name. Hint: remove f(x) =", "=");
  check("g(x, y) = x*y", "column 9: a function is written without its name. Hint: remove g(x, y) =", "=");
  check("y = x^2", "column 3: a function is written without its name. Hint: remove y =", "=");
  check("x = 1",
        "column 3: there is '=' instead of the end. Hint: give values of variables in --at, as in --at x=1",
        "=");
  check("sin x", "column 1: sin is a function. Hint: sin(x)", "s");
  check("sin(x, y)", "column 1: sin does not take 2 arguments. Hint: use sin(x)", "s");
  check("(x + 1",
        "column 7: the text ends where ')' for the '(' of column 1 should be. Hint: add the missing part",
        "");
  check("", "column 1: the text ends where a number, a name or '(' should be. Hint: add the missing part",
        "");
  check("1e999*x", "column 1: this number is outside the range of a double. Hint: use 1e-300 to 1e300", "1");
  check("x + 1/0", "column 6: the result is inf. Hint: use numbers with a finite result", "/");
  check("A^2",
        "column 2: a power of a matrix (2,2) is ambiguous. Hint: use A*A for the product, or A.^2 to square "
        "each element",
        "^");
  check("b + x*(b*b)",
        "column 9: the product of (2,1) and (2,1) needs as many columns on the left as rows on the right. "
        "Hint: transpose with x', or multiply element by element with .*",
        "*");
  check("b/A", "column 2: a matrix (2,2) cannot be a divisor. Hint: divide element by element with ./", "/");
  check("softmax(A)",
        "column 1: softmax of a matrix (2,2) needs an axis. Hint: use softmax(x, 0) for each column, or "
        "softmax(x, 1) for each row",
        "s");
  check("[1, x]", "column 1: a list must have numbers. Hint: use [1, 2] or [[1, 2], [3, 4]]", "[");
  check("[[1, 2], [3]]",
        "column 1: rows of a matrix differ in length. Hint: use equal lengths, as in [[1, 2], [3, 4]]", "[");
  check("clamp(x, y, 1)",
        "column 1: clamp: argument 2 must be a number without variables. Hint: use clamp(x, low, high)", "c");
  check("sum(A, .5)", "column 1: sum: argument 2 must be a whole number, not 0.5. Hint: use sum(x[, axis])",
        "s");
  check("x", "column 1: pi is a constant. Hint: use another name", "p", "pi=3");
  check("x", "column 1: sin is a function. Hint: use another name", "s", "sin=3");
  check("x", "column 5: the value of x depends on y. Hint: use only numbers in values", "y", "x=2*y");
  check("x", "column 8: x has two values. Hint: give it one", "2", "x=1, x=2");
  check("x", "column 3: the text ends where a number, a name or '(' should be. Hint: add the missing part",
        "", "x=");
}

TEST_CASE("hostile texts are errors") {
  CHECK(refusal(std::string(200, '(') + "1").sentence ==
        "expression, column 101: more than 100 levels of nesting. Hint: simplify the expression");
  CHECK(refusal(std::string(5000, '-') + "1").sentence.find("100 levels") != std::string::npos);
  CHECK(refusal(std::string(5000, '+') + "1").sentence.find("100 levels") != std::string::npos);
  std::string powers = "1";
  for (int i = 0; i < 4000; ++i) powers += "^1";
  CHECK(refusal(powers).sentence.find("100 levels") != std::string::npos);
  CHECK(refusal(std::string(20'000, '1')).sentence.find("10000 characters") != std::string::npos);
  const Refusal control = refusal("1 + \x1b[31m\n\xff");
  CHECK(control.sentence.find('\x1b') == std::string::npos);
  CHECK(control.sentence.find("column 5") != std::string::npos);
  std::string deep = "x";
  for (int i = 0; i < 90; ++i) deep = "(" + deep + ")";
  CHECK(number_of(deep, "x=2") == 2);
}

TEST_CASE("no text makes the parser fail in another way than by an error that points into it") {
  const std::string seeds[] = {"sin(x^2)*exp(-y)",
                               "sum(softplus(A*x+b))",
                               "x'*A*x/(1 + e^-x)",
                               "[[1,2],[3,4]].*A - clamp(x, -1, 1e3)",
                               "mean(A, 1) + \xCF\x80 \xE2\x88\x92 2.5e-3",
                               "where(x >= 0, |x - 1|^3, 2x)b[1] + A[0][1]",
                               "\xE2\x88\x9A(x\xC2\xB2 + 1) \xC3\xB7 2"};
  const std::string letters = "()[],.+-*/^'=<>!| \t\nxyAbe0123456789sinum\x01\x7f\x80\xCE\xE2\xFF";
  const Variables at = parse_variables("A=[[1,2],[3,4]], b=[0,1]");
  Variables known = at;
  known["x"] = scalar(0.5, DType::f64);
  known["y"] = scalar(2, DType::f64);
  std::mt19937 rng(7);
  const auto below = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(rng); };
  int values = 0, errors = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = seeds[below(std::size(seeds))];
    for (size_t change = below(6); change > 0; --change) {
      const size_t at_byte = below(text.size() + 1);
      const char letter = letters[below(letters.size())];
      if (below(3) == 0 && at_byte < text.size())
        text.erase(at_byte, 1 + below(4));
      else if (below(2) == 0 && at_byte < text.size())
        text[at_byte] = letter;
      else
        text.insert(at_byte, 1, letter);
      if (below(20) == 0) text += text.substr(0, below(text.size() + 1));
    }
    try {
      evaluate(parse_expression(text), known);
      ++values;
    } catch (const ExpressionError& error) {
      ++errors;
      CHECK(error.pointer().back() == '^');
      CHECK(error.sentence().find(". Hint: ") != std::string::npos);
    }
    try {
      parse_variables(text);
    } catch (const ExpressionError&) {
    }
  }
  CHECK(values > 3000);
  CHECK(errors > 8000);
}
