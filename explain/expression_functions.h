#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "gradzoo/autograd/tensor.h"

/// The functions and operators of expressions: one list, with one line per function.
namespace gradzoo {

/// Value of a part of an expression: a tensor, or a number if only numbers went into it.
struct ExpressionValue {
  /// Precedence of the value's code: code that binds less tightly than its surroundings needs parentheses.
  enum class Binding { sum, product, whole };
  Tensor tensor = {};  // undefined for a number
  double number = 0;
  std::string code = {};
  Binding binding = Binding::whole;

  bool is_number() const { return !tensor.defined(); }
};

/// Returns a number with its C++ literal.
ExpressionValue expression_number(double number);

/// The name and the arguments of one call.
class ExpressionCall {
 public:
  ExpressionCall(std::string_view name, std::span<const ExpressionValue> arguments, DType dtype)
      : name_(name), arguments_(arguments), dtype_(dtype) {}
  std::string_view name() const { return name_; }
  size_t size() const { return arguments_.size(); }
  const ExpressionValue& operator[](size_t i) const { return arguments_[i]; }
  bool is_number(size_t i) const { return arguments_[i].is_number(); }
  /// Returns argument i as an operand of an op: a number becomes a constant.
  Tensor tensor(size_t i) const;
  /// Returns argument i as an attribute of an op. Throws Error unless it is a number.
  double number(size_t i) const;
  int integer(size_t i) const;
  /// Returns argument i, or if it is missing the axis along which argument 0, a vector, extends. Throws Error
  /// if argument 0 is a matrix and argument i is missing.
  int axis(size_t i) const;

  /// Returns the call's value with its code: a number if all arguments are numbers.
  ExpressionValue result(const Tensor& value, std::string code,
                         ExpressionValue::Binding binding = ExpressionValue::Binding::whole) const;
  /// Returns the value with the code `name(arguments)`: the first `operands` arguments are operands, the
  /// others attributes, and the text `more` follows.
  ExpressionValue result(const Tensor& value, size_t operands = 1, std::string_view more = "") const;
  /// Returns the code of argument i, in parentheses if it binds less tightly than `binding`.
  std::string code(size_t i, ExpressionValue::Binding binding) const;
  /// Returns the code of argument i as an operand of an op: a number becomes a constant.
  std::string operand_code(size_t i) const;

 private:
  std::string_view name_;
  std::span<const ExpressionValue> arguments_;
  DType dtype_;
};

struct ExpressionFunction {
  std::string_view name;   // name in an expression: "sin", "+"
  std::string_view usage;  // signature of a function: "softmax(x[, axis])"; an operator's is empty
  size_t least, most;      // numbers of arguments
  ExpressionValue (*call)(const ExpressionCall& call);
};

/// Returns all functions, in alphabetical order of their names.
std::span<const ExpressionFunction> expression_functions();
/// Returns the function of this name, or null.
const ExpressionFunction* find_expression_function(std::string_view name);
/// Returns one of + - * / ^ .* ./ .^ ', the sign "neg", the index "[]", or a comparison. The operator must
/// exist.
const ExpressionFunction& expression_operator(std::string_view name);

}  // namespace gradzoo
