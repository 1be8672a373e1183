#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "gradzoo/autograd/tensor.h"

/// The functions and operators of expressions: one list, to which an op joins by a line.
namespace gradzoo {

/// What a piece of an expression comes to: a tensor, or a number as long as only numbers have met.
struct ExpressionValue {
  /// How tightly its code binds: what is looser than its surroundings needs parentheses.
  enum class Binding { sum, product, whole };
  Tensor tensor = {};  // undefined for a number
  double number = 0;
  std::string code = {};
  Binding binding = Binding::whole;

  bool is_number() const { return !tensor.defined(); }
};

/// A number and its literal.
ExpressionValue expression_number(double number);

/// The arguments of one call.
class ExpressionCall {
 public:
  ExpressionCall(std::string_view name, std::span<const ExpressionValue> arguments, DType dtype)
      : name_(name), arguments_(arguments), dtype_(dtype) {}
  std::string_view name() const { return name_; }
  size_t size() const { return arguments_.size(); }
  const ExpressionValue& operator[](size_t i) const { return arguments_[i]; }
  bool is_number(size_t i) const { return arguments_[i].is_number(); }
  /// Argument i as an operand of an op: a number becomes a constant.
  Tensor tensor(size_t i) const;
  /// Argument i as an attribute of an op. Throws Error unless it is a number.
  double number(size_t i) const;
  int integer(size_t i) const;
  /// Argument i, or where it is not given the one axis along which argument 0, a vector, extends. Throws
  /// Error for a matrix.
  int axis(size_t i) const;

  /// What a call comes to, with its code: a number where all arguments are numbers.
  ExpressionValue result(const Tensor& value, std::string code,
                         ExpressionValue::Binding binding = ExpressionValue::Binding::whole) const;
  /// With the code `name(arguments)`, of which the first `operands` are operands and the rest attributes;
  /// `more` stands behind them.
  ExpressionValue result(const Tensor& value, size_t operands = 1, std::string_view more = "") const;
  /// The code of argument i, in parentheses where it is looser than `binding`.
  std::string code(size_t i, ExpressionValue::Binding binding) const;
  /// The code of argument i as an operand of an op: a number becomes a constant.
  std::string operand_code(size_t i) const;

 private:
  std::string_view name_;
  std::span<const ExpressionValue> arguments_;
  DType dtype_;
};

struct ExpressionFunction {
  std::string_view name;   // as it is written: "sin", "+"
  std::string_view usage;  // of a function: "softmax(x[, axis])"; an operator's is empty
  size_t least, most;      // arguments
  ExpressionValue (*call)(const ExpressionCall& call);
};

/// Functions by name, in alphabetical order.
std::span<const ExpressionFunction> expression_functions();
/// Null where none is called that.
const ExpressionFunction* find_expression_function(std::string_view name);
/// + - * / ^ .* ./ .^ ' and the sign, "neg". The operator must exist.
const ExpressionFunction& expression_operator(std::string_view name);

}  // namespace gradzoo
