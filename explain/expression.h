#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/error.h"

/// Functions written as on the board: `sum(softplus(A*x + b))`, `x'*A*x`, `sin(x^2)*exp(-y)`.
///
/// A value is a number or a matrix; a vector is a column. `*` is the product of matrices, and scales where
/// one side is a single number; `.*`, `./` and `.^` go element by element; `'` transposes, all of a power
/// (x.^2' = (x.^2)'). A sign binds less than a power (-x^2 = -(x^2)) and 2^3^2 = 2^(3^2). `[1, 2]` is a
/// column, `[[1, 2], [3, 4]]` a matrix by its rows. Functions are those of expression_functions.h, `pi` and
/// `e` are numbers.
namespace gradzoo {

struct ExpressionFunction;  // expression_functions.h

/// What is wrong with an expression, and where: what() is the sentence, then the expression's line and a
/// caret below it.
class ExpressionError : public Error {
 public:
  ExpressionError(const std::string& sentence, const std::string& pointer);
  /// One sentence and a hint, without the lines below it.
  const std::string& sentence() const { return sentence_; }
  /// The two lines: a part of the expression, and the caret.
  const std::string& pointer() const { return pointer_; }

 private:
  std::string sentence_, pointer_;
};

/// A piece of an expression: its operands are earlier pieces.
struct ExpressionTerm {
  enum class Kind { number, variable, list, call };
  Kind kind = Kind::number;
  size_t column = 0;  // where it stands, in characters from 0: of an operator its sign
  double number = 0;
  std::string name = {};                         // of a variable
  const ExpressionFunction* function = nullptr;  // of a call; operators are functions too
  std::vector<size_t> operands = {};
};

struct Expression {
  std::string text;
  std::vector<ExpressionTerm> terms;  // operands before what uses them: the last one is the whole

  /// Each name once, in the order of their first use.
  std::vector<std::string> variables() const;
};

/// Values by name.
using Variables = std::map<std::string, Tensor, std::less<>>;

/// Throws ExpressionError where the text, UTF-8, is no expression, nests more than 100 deep, or is longer
/// than 10,000 characters.
Expression parse_expression(std::string_view text);

/// "x=.8, A=[[1,2],[3,4]], t=pi/4": values of numbers alone, of shape () or (rows, columns). Throws
/// ExpressionError.
Variables parse_variables(std::string_view text, DType dtype = DType::f64);

/// The expression's value, recorded as any ops are: variables that require a gradient get one. Variables
/// share a dtype, constants take it (f64 where there are none). Throws ExpressionError naming a variable that
/// has no value, and for what an op refuses, pointing at the op.
Tensor evaluate(const Expression& expression, const Variables& variables);

/// A value and the C++ that computes it from variables: "sin(square(x)) * exp(-y)".
struct ExpressionProgram {
  Tensor value;
  std::string code;
};
/// As evaluate(). `names` are those of the variables in C++, where they differ.
ExpressionProgram evaluate_with_code(const Expression& expression, const Variables& variables,
                                     const std::map<std::string, std::string>& names = {});

/// "scalar(0.8, DType::f64)" or "tensor({1, 2}, {2, 1}, DType::f64)".
std::string tensor_code(const Tensor& t);

}  // namespace gradzoo
