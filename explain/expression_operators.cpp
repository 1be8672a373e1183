#include "explain/expression_operators.h"

#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"

namespace gradzoo {
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

// `a + b`: the right side of - and / binds tighter than the sign.
std::string infix(Call c, char sign, Binding left, Binding right) {
  return fmt::format("{} {} {}", c.code(0, left), sign, c.code(1, right));
}

ExpressionValue call_add(Call c) {
  if (is_arithmetic(c)) return expression_number(c[0].number + c[1].number);
  const Tensor y = c.is_number(1)   ? c[0].tensor + c[1].number
                   : c.is_number(0) ? c[0].number + c[1].tensor
                                    : c[0].tensor + c[1].tensor;
  return c.result(y, infix(c, '+', Binding::sum, Binding::sum), Binding::sum);
}

ExpressionValue call_subtract(Call c) {
  if (is_arithmetic(c)) return expression_number(c[0].number - c[1].number);
  const Tensor y = c.is_number(1)   ? c[0].tensor - c[1].number
                   : c.is_number(0) ? c[0].number - c[1].tensor
                                    : c[0].tensor - c[1].tensor;
  return c.result(y, infix(c, '-', Binding::sum, Binding::product), Binding::sum);
}

ExpressionValue call_times(Call c) {
  if (is_arithmetic(c)) return expression_number(c[0].number * c[1].number);
  const Tensor y = c.is_number(1)   ? c[0].tensor * c[1].number
                   : c.is_number(0) ? c[0].number * c[1].tensor
                                    : c[0].tensor * c[1].tensor;
  return c.result(y, infix(c, '*', Binding::product, Binding::whole), Binding::product);
}

ExpressionValue call_product(Call c) {
  if (is_single(c, 0) || is_single(c, 1)) return call_times(c);
  const Shape &a = c[0].tensor.shape(), &b = c[1].tensor.shape();
  if (a.rank() >= 2 && b.rank() >= 2 && a[-1] != b[-2]) {
    throw Error(
        "the product of {} and {} needs as many columns on the left as rows on the right. Hint: "
        "x' transposes, .* multiplies element by element",
        a.str(), b.str());
  }
  return c.result(matmul(c[0].tensor, c[1].tensor), fmt::format("matmul({}, {})", c[0].code, c[1].code));
}

ExpressionValue call_divide_each(Call c) {
  if (is_arithmetic(c)) return expression_number(c[0].number / c[1].number);
  const Tensor y = c.is_number(1)   ? c[0].tensor / c[1].number
                   : c.is_number(0) ? c[0].number / c[1].tensor
                                    : c[0].tensor / c[1].tensor;
  return c.result(y, infix(c, '/', Binding::product, Binding::whole), Binding::product);
}

ExpressionValue call_divide(Call c) {
  if (!is_matrix(c, 1) || is_single(c, 0)) return call_divide_each(c);
  throw Error("a matrix {} does not divide. Hint: ./ divides element by element", c[1].tensor.shape().str());
}

ExpressionValue call_power_each(Call c) {
  if (is_arithmetic(c)) return expression_number(std::pow(c[0].number, c[1].number));
  if (c.is_number(0) && c[0].number == std::numbers::e)
    return c.result(exp(c[1].tensor), fmt::format("exp({})", c[1].code));
  if (c.is_number(1) && c[1].number == 2)
    return c.result(square(c[0].tensor), fmt::format("square({})", c[0].code));
  if (c.is_number(1)) {
    return c.result(pow(c[0].tensor, c[1].number), fmt::format("pow({}, {})", c[0].code, c[1].code));
  }
  return c.result(pow(c.tensor(0), c.tensor(1)),
                  fmt::format("pow({}, {})", c.operand_code(0), c.operand_code(1)));
}

ExpressionValue call_power(Call c) {
  if (!is_matrix(c, 0)) return call_power_each(c);
  throw Error("a power of a matrix {} is ambiguous. Hint: A*A is the product, A.^2 squares each element",
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

}  // namespace

std::span<const ExpressionFunction> expression_operators() {
  static constexpr ExpressionFunction kOperators[] = {
      {"+", "", 2, 2, call_add},          {"-", "", 2, 2, call_subtract},    {"*", "", 2, 2, call_product},
      {"/", "", 2, 2, call_divide},       {"^", "", 2, 2, call_power},       {".*", "", 2, 2, call_times},
      {"./", "", 2, 2, call_divide_each}, {".^", "", 2, 2, call_power_each}, {"neg", "", 1, 1, call_negate},
      {"'", "", 1, 1, call_transpose},
  };
  return kOperators;
}

}  // namespace gradzoo
