#include "gradzoo/explain/expression.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "explain/expression_parser.h"
#include "gradzoo/autograd/tape.h"
#include "gradzoo/base/text.h"
#include "gradzoo/explain/expression_functions.h"

namespace gradzoo {
namespace {

using Names = std::map<std::string, std::string>;
using TermKind = ExpressionTerm::Kind;

ExpressionValue variable_value(const ExpressionTerm& term, const Variables& variables, const Names& names,
                               bool constant) {
  const auto found = variables.find(term.name);
  if (found == variables.end()) {
    throw Error("{} has no value. Hint: use --at {}=1, or --at '{}=[1,2]' for a column", term.name, term.name,
                term.name);
  }
  const auto renamed = names.find(term.name);
  return {.tensor = constant ? found->second.detach() : found->second,
          .code = renamed == names.end() ? term.name : renamed->second};
}

// A list holds numbers, or lists of them.
void check_elements(const std::vector<ExpressionTerm>& terms, const ExpressionTerm& list,
                    std::span<const ExpressionValue> elements) {
  for (size_t i = 0; i < elements.size(); ++i)
    if (!elements[i].is_number() && terms[list.operands[i]].kind != TermKind::list)
      throw Error("a list must have numbers. Hint: use [1, 2] or [[1, 2], [3, 4]]");
}

// Numbers side by side are a column; columns side by side are the rows of a matrix.
ExpressionValue list_value(std::span<const ExpressionValue> elements, DType dtype) {
  std::vector<double> values;
  Shape row;
  for (const ExpressionValue& element : elements) {
    const Shape shape = element.is_number() ? Shape{} : element.tensor.shape();
    if (shape.rank() > 0 && shape[-1] != 1)
      throw Error("a list has more than two levels. Hint: write a matrix as [[1, 2], [3, 4]]");
    if (&element != elements.data() && shape != row)
      throw Error("rows of a matrix differ in length. Hint: use equal lengths, as in [[1, 2], [3, 4]]");
    row = shape;
    const std::vector<double> more =
        element.is_number() ? std::vector{element.number} : element.tensor.to_vector();
    values.insert(values.end(), more.begin(), more.end());
  }
  const auto count = static_cast<int64_t>(elements.size());
  const Tensor value = tensor(values, row.rank() == 0 ? Shape{count, 1} : Shape{count, row[0]}, dtype);
  return {.tensor = value, .code = tensor_code(value)};
}

DType dtype_of(const Variables& variables) {
  return variables.empty() ? DType::f64 : variables.begin()->second.dtype();
}

// By term: the where() that a comparison belongs to, else null.
std::vector<const ExpressionTerm*> where_calls(const std::vector<ExpressionTerm>& terms) {
  std::vector<const ExpressionTerm*> calls(terms.size());
  for (const ExpressionTerm& term : terms)
    if (term.kind == TermKind::call && term.function->name == "where") calls[term.operands[0]] = &term;
  return calls;
}

// Marks the branch that a single comparison does not choose. The terms of an operand follow those of the
// operand before it.
void mark_other_branch(const ExpressionTerm& where, bool holds, std::vector<bool>& marked) {
  const size_t branch = holds ? 2 : 1;
  for (size_t i = where.operands[branch - 1] + 1; i <= where.operands[branch]; ++i) marked[i] = true;
}

ExpressionValue run(const Expression& expression, const Variables& variables, const Names& names) {
  const DType dtype = dtype_of(variables);
  std::vector<ExpressionValue> values;
  const std::vector<const ExpressionTerm*> wheres = where_calls(expression.terms);
  std::vector<bool> is_constant(expression.terms.size());  // in a branch that is not chosen
  for (const ExpressionTerm& term : expression.terms) {
    std::vector<ExpressionValue> operands;
    for (const size_t operand : term.operands) operands.push_back(std::move(values[operand]));
    try {
      switch (term.kind) {
        case TermKind::number:
          values.push_back(expression_number(term.number));
          break;
        case TermKind::variable:
          values.push_back(variable_value(term, variables, names, is_constant[values.size()]));
          break;
        case TermKind::list:
          check_elements(expression.terms, term, operands);
          values.push_back(list_value(operands, dtype));
          break;
        case TermKind::call:
          values.push_back(term.function->call(ExpressionCall(term.function->name, operands, dtype)));
          break;
      }
      if (const ExpressionTerm* where = wheres[values.size() - 1]; where && values.back().is_number())
        mark_other_branch(*where, values.back().number != 0, is_constant);
    } catch (const Error& error) {
      throw_at(code_points(expression.text), term.column, error.what());
    }
  }
  return std::move(values.back());
}

// "f(x) = x^2" and "y = x^2": the function alone is asked for. "x = 1" is a value, which the parser knows.
void check_no_name(std::string_view text) {
  const size_t sign = text.find('=');
  if (sign == std::string_view::npos || text.substr(sign).starts_with("==")) return;
  const auto is_of = [](std::string_view part, std::string_view marks) {
    return std::ranges::all_of(
        part, [=](char c) { return is_letter(c) || is_digit(c) || marks.find(c) != marks.npos; });
  };
  const auto has_letter = [](std::string_view part) {
    return std::ranges::any_of(part, [](char c) { return is_letter(c); });
  };
  const std::string_view name = text.substr(0, sign), rest = text.substr(sign + 1);
  if (std::ranges::count(name, '(') != std::ranges::count(name, ')')) return;  // a comparison in where()
  if (!has_letter(name) || !has_letter(rest) || !is_of(name, "_'(), ") || name.find_first_of("_(') ") == 0)
    return;
  const size_t end = name.find_last_not_of(' ');
  throw_at(code_points(text), sign,
           fmt::format("a function is written without its name. Hint: remove {} =", name.substr(0, end + 1)));
}

}  // namespace

std::vector<std::string> Expression::variables() const {
  std::vector<std::string> names;
  for (const ExpressionTerm& term : terms)
    if (term.kind == TermKind::variable && std::ranges::find(names, term.name) == names.end())
      names.push_back(term.name);
  return names;
}

Expression parse_expression(std::string_view text) {
  check_no_name(text);
  ExpressionParser parser(text);
  Expression expression{.text = std::string(text), .terms = parser.expression()};
  parser.end();
  return expression;
}

Variables parse_variables(std::string_view text, DType dtype) {
  ExpressionParser parser(text);
  Variables variables;
  const NoGrad constants;
  while (!parser.at_end()) {
    const std::string name = parser.new_name();
    parser.expect('=', "'='");
    const Expression value{.text = std::string(text), .terms = parser.expression()};
    if (const std::vector<std::string> inside = value.variables(); !inside.empty()) {
      const auto term = std::ranges::find(value.terms, TermKind::variable, &ExpressionTerm::kind);
      throw_at(
          code_points(text), term->column,
          fmt::format("the value of {} depends on {}. Hint: use only numbers in values", name, inside[0]));
    }
    const ExpressionValue computed = run(value, {{"", scalar(0, dtype)}}, {});
    if (!variables.emplace(name, computed.is_number() ? scalar(computed.number, dtype) : computed.tensor)
             .second)
      throw_at(code_points(text), value.terms[0].column,
               fmt::format("{} has two values. Hint: give it one", name));
    if (!parser.take(',')) parser.end();
  }
  return variables;
}

Tensor evaluate(const Expression& expression, const Variables& variables) {
  return evaluate_with_code(expression, variables).value;
}

ExpressionProgram evaluate_with_code(const Expression& expression, const Variables& variables,
                                     const std::map<std::string, std::string>& names) {
  ExpressionValue value = run(expression, variables, names);
  if (value.is_number()) value.tensor = scalar(value.number, dtype_of(variables));
  return {value.tensor, value.code};
}

}  // namespace gradzoo
