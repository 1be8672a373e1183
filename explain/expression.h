#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/error.h"

/// Functions in mathematical notation: `sum(softplus(A*x + b))`, `x'*A*x`, `sin(x^2)*exp(-y)`, `|2x - 1|`.
///
/// A value is a number or a matrix; a vector is a column. `*` is the matrix product, and scales if one side
/// is a single number; `.*`, `./` and `.^` are elementwise; `'` transposes the whole power before it (x.^2' =
/// (x.^2)'). A sign binds less than a power (-x^2 = -(x^2)) and 2^3^2 = 2^(3^2). `[1, 2]` is a column, and
/// `[[1, 2], [3, 4]]` a list of a matrix's rows. expression_functions.h lists functions; `pi` and `e` are
/// numbers.
///
/// A product needs no sign before a name, a parenthesis or a root: `2x`, `3(x + 1)`, `x sin(x)`, `2|x|`, and
/// with a space `x (y + 1)`, because `x(y + 1)` is a call. Such a product binds less than a power (2x^2 =
/// 2*(x^2)). `1/2x`, `2^3x` and the root of `2x` are ambiguous and rejected. `|x|` is abs(x), elementwise. In
/// Unicode, raised digits are powers (`x²`, `sin²(x)`), `√` is a root, `·` and `×` are `*`, and `÷` is `/`.
///
/// `x[0]` is the first element of a vector, `A[0,1]` or `A[0][1]` an element of a matrix, and `A[0]` a row.
/// `where(x > 0, a, b)` compares with > < >= <= == or !=. Single numbers choose one branch, and nothing of
/// the other branch reaches the value or a gradient. Vectors and matrices choose element by element; both
/// branches are computed, so the other branch must have a finite slope.
namespace gradzoo {

struct ExpressionFunction;  // expression_functions.h

/// An error at a place of an expression: what() is a sentence, the expression's line and a caret below.
class ExpressionError : public Error {
 public:
  ExpressionError(const std::string& sentence, const std::string& pointer);
  /// Returns the sentence and its hint, without the two lines below it.
  const std::string& sentence() const { return sentence_; }
  /// Returns the two lines: a part of the expression, and the caret.
  const std::string& pointer() const { return pointer_; }

 private:
  std::string sentence_, pointer_;
};

/// A part of an expression; its operands are earlier terms.
struct ExpressionTerm {
  enum class Kind { number, variable, list, call };
  Kind kind = Kind::number;
  size_t column = 0;  // position in the text, in characters from 0; an operator's is its sign's
  double number = 0;
  std::string name = {};                         // name of a variable
  const ExpressionFunction* function = nullptr;  // function or operator of a call
  std::vector<size_t> operands = {};
};

struct Expression {
  std::string text;
  std::vector<ExpressionTerm> terms;  // operands before their users; the last term is the whole expression

  /// Returns each variable's name once, in the order of first use.
  std::vector<std::string> variables() const;
};

/// Values of the variables, by name.
using Variables = std::map<std::string, Tensor, std::less<>>;

/// Parses UTF-8 text. Throws ExpressionError if the text is malformed, has more than 100 levels of nesting,
/// or is longer than 10,000 characters.
Expression parse_expression(std::string_view text);

/// Parses values such as "x=0.8, A=[[1,2],[3,4]], t=pi/4", which use only numbers; shapes are () or (rows,
/// columns). Throws ExpressionError if the text is malformed.
Variables parse_variables(std::string_view text, DType dtype = DType::f64);

/// Returns the expression's value. Its ops are recorded if a variable requires a gradient. All variables have
/// one dtype, which the constants take (f64 without variables). Throws ExpressionError if a variable has no
/// value or an op rejects its operands; the caret points at the variable or op.
Tensor evaluate(const Expression& expression, const Variables& variables);

/// A value and the C++ that computes it from variables: "sin(square(x)) * exp(-y)".
struct ExpressionProgram {
  Tensor value;
  std::string code;
};
/// Evaluates as evaluate() does. `names` maps variables to their names in C++, if they differ.
ExpressionProgram evaluate_with_code(const Expression& expression, const Variables& variables,
                                     const std::map<std::string, std::string>& names = {});

/// Returns C++ that makes a tensor: "scalar(0.8, DType::f64)" or "tensor({1, 2}, {2, 1}, DType::f64)".
std::string tensor_code(const Tensor& t);

}  // namespace gradzoo
