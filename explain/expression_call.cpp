#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradzoo/explain/expression.h"
#include "gradzoo/explain/expression_functions.h"

namespace gradzoo {
namespace {

std::string_view usage_of(std::string_view name) { return find_expression_function(name)->usage; }

std::string dtype_argument(DType dtype) {
  return dtype == DType::f32 ? "" : fmt::format(", DType::{}", dtype_name(dtype));
}

}  // namespace

std::string tensor_code(const Tensor& t) {
  const std::vector<double> values = t.to_vector();
  if (t.rank() == 0) return fmt::format("scalar({}{})", values[0], dtype_argument(t.dtype()));
  const std::vector<int64_t> sizes(t.shape().begin(), t.shape().end());
  return fmt::format("tensor({{{}}}, {{{}}}{})", fmt::join(values, ", "), fmt::join(sizes, ", "),
                     dtype_argument(t.dtype()));
}

ExpressionValue expression_number(double number) {
  if (!std::isfinite(number)) throw Error("the result is {}. Hint: use numbers with a finite result", number);
  // -1 is a sign before a literal
  const auto binding =
      std::signbit(number) ? ExpressionValue::Binding::product : ExpressionValue::Binding::whole;
  return {.number = number, .code = fmt::format("{}", number), .binding = binding};
}

Tensor ExpressionCall::tensor(size_t i) const {
  return is_number(i) ? scalar(arguments_[i].number, dtype_) : arguments_[i].tensor;
}

double ExpressionCall::number(size_t i) const {
  if (is_number(i)) return arguments_[i].number;
  throw Error("{}: argument {} must be a number without variables. Hint: use {}", name_, i + 1,
              usage_of(name_));
}

int ExpressionCall::integer(size_t i) const {
  const double value = number(i);
  if (value == std::floor(value) && std::abs(value) <= 1000) return static_cast<int>(value);
  throw Error("{}: argument {} must be a whole number, not {}. Hint: use {}", name_, i + 1, value,
              usage_of(name_));
}

int ExpressionCall::axis(size_t i) const {
  if (i < size()) return integer(i);
  const Shape& shape = arguments_[0].is_number() ? Shape{} : arguments_[0].tensor.shape();
  int found = 0, long_axes = 0;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == 1) continue;
    found = axis;
    ++long_axes;
  }
  if (long_axes <= 1) return found;
  throw Error("{} of a matrix {} needs an axis. Hint: use {}(x, 0) for each column, or {}(x, 1) for each row",
              name_, shape.str(), name_, name_);
}

std::string ExpressionCall::code(size_t i, ExpressionValue::Binding binding) const {
  const ExpressionValue& argument = arguments_[i];
  return argument.binding < binding ? fmt::format("({})", argument.code) : argument.code;
}

std::string ExpressionCall::operand_code(size_t i) const {
  return is_number(i) ? tensor_code(tensor(i)) : arguments_[i].code;
}

ExpressionValue ExpressionCall::result(const Tensor& value, std::string code,
                                       ExpressionValue::Binding binding) const {
  for (const ExpressionValue& argument : arguments_)
    if (!argument.is_number()) return {.tensor = value, .code = std::move(code), .binding = binding};
  return expression_number(value.item());
}

ExpressionValue ExpressionCall::result(const Tensor& value, size_t operands, std::string_view more) const {
  std::vector<std::string> parts;
  for (size_t i = 0; i < size(); ++i) parts.push_back(i < operands ? operand_code(i) : arguments_[i].code);
  return result(value, fmt::format("{}({}{})", name_, fmt::join(parts, ", "), more));
}

}  // namespace gradzoo
