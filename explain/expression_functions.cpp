#include "gradzoo/explain/expression_functions.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/plain.h"
#include "gradzoo/base/error.h"

namespace gradzoo {
namespace {

using Call = const ExpressionCall&;

/// f(x)
template <Tensor (*f)(const Tensor&)>
ExpressionFunction unary(std::string_view name, std::string_view usage) {
  return {name, usage, 1, 1, [](Call c) { return c.result(f(c.tensor(0))); }};
}

/// f(a, b)
template <Tensor (*f)(const Tensor&, const Tensor&)>
ExpressionFunction binary(std::string_view name, std::string_view usage) {
  return {name, usage, 2, 2, [](Call c) { return c.result(f(c.tensor(0), c.tensor(1)), 2); }};
}

/// f(x) over everything and f(x, axis), which keeps the axis, so that what was a matrix is one.
template <Tensor (*all)(const Tensor&), Tensor (*along)(const Tensor&, int, bool)>
ExpressionFunction reduction(std::string_view name, std::string_view usage) {
  return {name, usage, 1, 2, [](Call c) {
            if (c.size() == 1) return c.result(all(c.tensor(0)));
            return c.result(along(c.tensor(0), c.axis(1), true), 1, ", true");
          }};
}

/// f(x, axis), along a vector where no axis is given.
template <Tensor (*f)(const Tensor&, int)>
ExpressionFunction along_axis(std::string_view name, std::string_view usage) {
  return {name, usage, 1, 2, [](Call c) {
            const Tensor y = f(c.tensor(0), c.axis(1));
            return c.size() == 2 ? c.result(y) : c.result(y, 1, fmt::format(", {}", c.axis(1)));
          }};
}

Tensor cumsum_along(const Tensor& x, int axis) { return cumsum(x, axis); }

ExpressionValue call_logsumexp(Call c) {
  const int axis = c.axis(1);
  return c.result(logsumexp(c.tensor(0), axis, true),
                  fmt::format("logsumexp({}, {}, true)", c.operand_code(0), axis));
}

ExpressionValue call_clamp(Call c) { return c.result(clamp(c.tensor(0), c.number(1), c.number(2))); }

ExpressionValue call_polygamma(Call c) {
  return c.result(polygamma(c.integer(0), c.tensor(1)),
                  fmt::format("polygamma({}, {})", c.integer(0), c.operand_code(1)));
}

ExpressionValue call_leaky_relu(Call c) {
  return c.result(c.size() == 1 ? leaky_relu(c.tensor(0)) : leaky_relu(c.tensor(0), c.number(1)));
}

ExpressionValue call_elu(Call c) {
  return c.result(c.size() == 1 ? elu(c.tensor(0)) : elu(c.tensor(0), c.number(1)));
}

ExpressionValue call_var(Call c) { return c.result(var(c.tensor(0))); }

// The largest of all elements; of two operands by elements, as max(x, 0) is meant on the board.
template <Tensor (*all)(const Tensor&), Tensor (*each)(const Tensor&, const Tensor&)>
ExpressionFunction extreme(std::string_view name, std::string_view usage) {
  return {name, usage, 1, 2, [](Call c) {
            if (c.size() == 1) return c.result(all(c.tensor(0)));
            return c.result(each(c.tensor(0), c.tensor(1)),
                            fmt::format("{}imum({}, {})", c.name(), c.operand_code(0), c.operand_code(1)));
          }};
}

// A single comparison chooses one of the two values: the program goes on with this branch only. Comparisons
// of several elements choose element by element.
ExpressionValue call_where(Call c) {
  if (!c.is_number(0)) return c.result(where(c[0].tensor, c.tensor(1), c.tensor(2)), 3);
  return {.tensor = c.tensor(c[0].number != 0 ? 1 : 2),
          .code = fmt::format("({} ? {} : {})", c[0].code, c.operand_code(1), c.operand_code(2))};
}

// The natural logarithm as it is written on the board.
ExpressionValue call_ln(Call c) {
  return c.result(log(c.tensor(0)), fmt::format("log({})", c.operand_code(0)));
}

std::vector<ExpressionFunction> all_functions() {
  return {
      // Elementwise, one operand.
      unary<abs>("abs", "abs(x)"),
      unary<cos>("cos", "cos(x)"),
      unary<digamma>("digamma", "digamma(x)"),
      unary<erf>("erf", "erf(x)"),
      unary<exp>("exp", "exp(x)"),
      unary<expm1>("expm1", "expm1(x)"),
      unary<expm1x>("expm1x", "expm1x(x)"),
      unary<gelu>("gelu", "gelu(x)"),
      unary<lgamma>("lgamma", "lgamma(x)"),
      unary<log>("log", "log(x)"),
      unary<log1p>("log1p", "log1p(x)"),
      unary<log_sigmoid>("log_sigmoid", "log_sigmoid(x)"),
      unary<reciprocal>("reciprocal", "reciprocal(x)"),
      unary<relu>("relu", "relu(x)"),
      unary<rsqrt>("rsqrt", "rsqrt(x)"),
      unary<sigmoid>("sigmoid", "sigmoid(x)"),
      unary<silu>("silu", "silu(x)"),
      unary<sin>("sin", "sin(x)"),
      unary<softplus>("softplus", "softplus(x)"),
      unary<sqrt>("sqrt", "sqrt(x)"),
      unary<square>("square", "square(x)"),
      unary<tanh>("tanh", "tanh(x)"),
      unary<acos>("acos", "acos(x)"),
      unary<acosh>("acosh", "acosh(x >= 1)"),
      unary<asin>("asin", "asin(x)"),
      unary<asinh>("asinh", "asinh(x)"),
      unary<atan>("atan", "atan(x)"),
      unary<atanh>("atanh", "atanh(x)"),
      unary<cosh>("cosh", "cosh(x)"),
      unary<erfc>("erfc", "erfc(x)"),
      unary<exp2>("exp2", "exp2(x)"),
      unary<log10>("log10", "log10(x)"),
      unary<log2>("log2", "log2(x)"),
      unary<sinh>("sinh", "sinh(x)"),
      unary<tan>("tan", "tan(x)"),
      // Of matrices.
      unary<cholesky>("cholesky", "cholesky(A)"),
      unary<det>("det", "det(A)"),
      unary<inverse>("inverse", "inverse(A)"),
      unary<logdet>("logdet", "logdet(A)"),
      unary<trace>("trace", "trace(A)"),
      binary<solve>("solve", "solve(A, B)"),
      // With attributes.
      {"clamp", "clamp(x, low, high)", 3, 3, call_clamp},
      {"elu", "elu(x[, alpha])", 1, 2, call_elu},
      {"leaky_relu", "leaky_relu(x[, slope])", 1, 2, call_leaky_relu},
      {"ln", "ln(x)", 1, 1, call_ln},
      {"polygamma", "polygamma(n, x)", 2, 2, call_polygamma},
      {"where", "where(x > 0, a, b)", 3, 3, call_where},
      // Elementwise, two operands.
      binary<binary_cross_entropy_with_logits>("binary_cross_entropy_with_logits",
                                               "binary_cross_entropy_with_logits(logits, targets)"),
      binary<atan2>("atan2", "atan2(a, b)"),
      binary<maximum>("maximum", "maximum(a, b)"),
      binary<minimum>("minimum", "minimum(a, b)"),
      // Reductions, and along an axis: 0 goes down the columns, 1 along the rows.
      reduction<sum, sum>("sum", "sum(x[, axis])"),
      reduction<mean, mean>("mean", "mean(x[, axis])"),
      reduction<norm, norm>("norm", "norm(x[, axis])"),
      reduction<prod, prod>("prod", "prod(x[, axis])"),
      extreme<max, maximum>("max", "max(a[, b])"),
      extreme<min, minimum>("min", "min(a[, b])"),
      {"logsumexp", "logsumexp(x[, axis])", 1, 2, call_logsumexp},
      {"var", "var(x)", 1, 1, call_var},
      binary<mse>("mse", "mse(a, b)"),
      along_axis<cumsum_along>("cumsum", "cumsum(x[, axis])"),
      along_axis<log_softmax>("log_softmax", "log_softmax(x[, axis])"),
      along_axis<softmax>("softmax", "softmax(x[, axis])"),
  };
}

const ExpressionFunction* find_in(std::span<const ExpressionFunction> list, std::string_view name) {
  const auto found = std::ranges::find(list, name, &ExpressionFunction::name);
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

std::span<const ExpressionFunction> expression_functions() {
  static const std::vector<ExpressionFunction> kFunctions = [] {
    std::vector<ExpressionFunction> functions = all_functions();
    std::ranges::sort(functions, {}, &ExpressionFunction::name);
    return functions;
  }();
  return kFunctions;
}

const ExpressionFunction* find_expression_function(std::string_view name) {
  return find_in(expression_functions(), name);
}

namespace {

using Binding = ExpressionValue::Binding;
using Call = const ExpressionCall&;

// Both sides are numbers.
bool is_arithmetic(Call c) { return c.is_number(0) && c.is_number(c.size() - 1); }

bool is_single(Call c, size_t i) { return c.is_number(i) || c[i].tensor.size() == 1; }

bool is_matrix(Call c, size_t i) {
  if (c.is_number(i)) return false;
  const Shape& shape = c[i].tensor.shape();
  return shape.rank() >= 2 && shape[-1] != 1 && shape[-2] != 1;
}

// `a + b` of numbers, tensors or both, which binds as its left side: the right side of - and / binds tighter.
template <class Op>
ExpressionValue infix(Call c, char sign, Binding left, Binding right, Op op) {
  if (is_arithmetic(c)) return expression_number(op(c[0].number, c[1].number));
  const Tensor y = c.is_number(1)   ? op(c[0].tensor, c[1].number)
                   : c.is_number(0) ? op(c[0].number, c[1].tensor)
                                    : op(c[0].tensor, c[1].tensor);
  return c.result(y, fmt::format("{} {} {}", c.code(0, left), sign, c.code(1, right)), left);
}

ExpressionValue call_add(Call c) { return infix(c, '+', Binding::sum, Binding::sum, std::plus()); }

ExpressionValue call_subtract(Call c) { return infix(c, '-', Binding::sum, Binding::product, std::minus()); }

ExpressionValue call_times(Call c) {
  return infix(c, '*', Binding::product, Binding::whole, std::multiplies());
}

ExpressionValue call_product(Call c) {
  if (is_single(c, 0) || is_single(c, 1)) return call_times(c);
  const Shape &a = c[0].tensor.shape(), &b = c[1].tensor.shape();
  if (a.rank() >= 2 && b.rank() >= 2 && a[-1] != b[-2]) {
    throw Error(
        "the product of {} and {} needs as many columns on the left as rows on the right. Hint: transpose "
        "with x', or multiply element by element with .*",
        a.str(), b.str());
  }
  return c.result(matmul(c[0].tensor, c[1].tensor), fmt::format("matmul({}, {})", c[0].code, c[1].code));
}

ExpressionValue call_divide_each(Call c) {
  return infix(c, '/', Binding::product, Binding::whole, std::divides());
}

ExpressionValue call_divide(Call c) {
  if (!is_matrix(c, 1) || is_single(c, 0)) return call_divide_each(c);
  throw Error("a matrix {} cannot be a divisor. Hint: divide element by element with ./",
              c[1].tensor.shape().str());
}

ExpressionValue call_power_each(Call c) {
  if (is_arithmetic(c)) return expression_number(std::pow(c[0].number, c[1].number));
  if (c.is_number(0) && c[0].number == std::numbers::e)
    return c.result(exp(c[1].tensor), fmt::format("exp({})", c[1].code));
  if (c.is_number(1) && c[1].number == 2)
    return c.result(square(c[0].tensor), fmt::format("square({})", c[0].code));
  if (c.is_number(1))
    return c.result(pow(c[0].tensor, c[1].number), fmt::format("pow({}, {})", c[0].code, c[1].code));
  return c.result(pow(c.tensor(0), c.tensor(1)),
                  fmt::format("pow({}, {})", c.operand_code(0), c.operand_code(1)));
}

ExpressionValue call_power(Call c) {
  if (!is_matrix(c, 0)) return call_power_each(c);
  throw Error(
      "a power of a matrix {} is ambiguous. Hint: use A*A for the product, or A.^2 to square each element",
      c[0].tensor.shape().str());
}

ExpressionValue call_negate(Call c) {
  if (c.is_number(0)) return expression_number(-c[0].number);
  return c.result(neg(c[0].tensor), fmt::format("-{}", c.code(0, Binding::whole)), Binding::product);
}

ExpressionValue call_transpose(Call c) {
  if (c.is_number(0) || c[0].tensor.rank() == 0) return c[0];
  return c.result(transpose(c[0].tensor), fmt::format("transpose({})", c[0].code));
}

struct Comparison {
  std::string_view sign, name;
  Tensor (*mask)(const Tensor&, const Tensor&);
  bool (*holds)(double, double);
};
constexpr Comparison kComparisons[] = {
    {">", "gt", gt, [](double a, double b) { return a > b; }},
    {"<", "lt", lt, [](double a, double b) { return a < b; }},
    {">=", "ge", ge, [](double a, double b) { return a >= b; }},
    {"<=", "le", le, [](double a, double b) { return a <= b; }},
    {"==", "eq", eq, [](double a, double b) { return a == b; }},
    {"!=", "ne", ne, [](double a, double b) { return a != b; }},
};

// A comparison of single values is the number 1 or 0, and its code is a condition; else it is a mask.
ExpressionValue call_compare(Call c) {
  const Comparison& compare = *std::ranges::find(kComparisons, c.name(), &Comparison::sign);
  if (!is_single(c, 0) || !is_single(c, 1)) {
    return c.result(compare.mask(c.tensor(0), c.tensor(1)),
                    fmt::format("{}({}, {})", compare.name, c.operand_code(0), c.operand_code(1)));
  }
  const auto number = [&](size_t i) { return c.is_number(i) ? c[i].number : c[i].tensor.item(); };
  const auto code = [&](size_t i) { return c.code(i, Binding::whole) + (c.is_number(i) ? "" : ".item()"); };
  return {.number = compare.holds(number(0), number(1)) ? 1.0 : 0.0,
          .code = fmt::format("{} {} {}", code(0), c.name(), code(1))};
}

// x[i] is an element of a vector, A[i,j] of a matrix, and A[i] is a row.
ExpressionValue call_index(Call c) {
  if (c.is_number(0) || c[0].tensor.rank() < 2)
    throw Error(
        "a single number has no elements. Hint: index a vector, as in x[0], or a matrix, as in A[0,1]");
  Tensor y = c[0].tensor;
  std::string code = c[0].code;
  const bool is_row = c.size() == 2 && y.shape()[0] == 1;
  for (size_t i = 1; i < c.size(); ++i) {
    const int axis = is_row ? 1 : static_cast<int>(i) - 1;
    const double at = c.is_number(i) ? c[i].number : std::nan("");
    const auto end = static_cast<double>(y.shape()[axis]);
    if (!(at >= 0 && at < end && at == std::floor(at))) {
      throw Error(
          "the index {} is not a whole number from 0 to {}. Hint: indices are numbers, and begin at 0",
          c[i].code, end - 1);
    }
    const auto begin = static_cast<int64_t>(at);
    y = slice(y, axis, begin, begin + 1);
    code = fmt::format("slice({}, {}, {}, {})", code, axis, begin, begin + 1);
  }
  if (y.size() > 1) return c.result(y, code);
  return c.result(reshape(y, {}), fmt::format("reshape({}, {{}})", code));
}

}  // namespace

const ExpressionFunction& expression_operator(std::string_view name) {
  static constexpr ExpressionFunction kOperators[] = {
      {"+", "", 2, 2, call_add},          {"-", "", 2, 2, call_subtract},    {"*", "", 2, 2, call_product},
      {"/", "", 2, 2, call_divide},       {"^", "", 2, 2, call_power},       {".*", "", 2, 2, call_times},
      {"./", "", 2, 2, call_divide_each}, {".^", "", 2, 2, call_power_each}, {"neg", "", 1, 1, call_negate},
      {"'", "", 1, 1, call_transpose},    {"[]", "", 2, 3, call_index},      {">", "", 2, 2, call_compare},
      {"<", "", 2, 2, call_compare},      {">=", "", 2, 2, call_compare},    {"<=", "", 2, 2, call_compare},
      {"==", "", 2, 2, call_compare},     {"!=", "", 2, 2, call_compare},
  };
  return *find_in(kOperators, name);
}

}  // namespace gradzoo
