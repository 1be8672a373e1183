#include "explain/explain_expression.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "autograd/grad.h"
#include "autograd/ops.h"
#include "explain/expression.h"
#include "explain/expression_functions.h"
#include "explain/story.h"

namespace gradzoo {
namespace {

// Names of a C++ program that neither collide with one another nor with what the program uses.
class ProgramNames {
 public:
  std::string fresh(std::string name) {
    while (!used_.insert(name).second) name += '_';
    return name;
  }

 private:
  std::set<std::string> used_ = {
      "alignas",  "alignof",  "and",      "asm",     "auto",    "bitand",    "bitor",   "bool",
      "break",    "case",     "catch",    "char",    "class",   "compl",     "concept", "const",
      "continue", "decltype", "default",  "delete",  "do",      "double",    "else",    "enum",
      "explicit", "export",   "extern",   "false",   "float",   "for",       "friend",  "goto",
      "if",       "inline",   "int",      "long",    "mutable", "namespace", "new",     "noexcept",
      "not",      "nullptr",  "operator", "or",      "private", "protected", "public",  "register",
      "requires", "return",   "short",    "signed",  "sizeof",  "static",    "struct",  "switch",
      "template", "this",     "throw",    "true",    "try",     "typedef",   "typeid",  "typename",
      "union",    "unsigned", "using",    "virtual", "void",    "volatile",  "while",   "xor",
      "Tape",     "Tensor",   "Tensors",  "DType",   "std",     "gradzoo",   "main",    "tape",
      "scalar",   "tensor",   "grad",     "clone",   "matmul",  "transpose", "pow",     "to_string"};
};

struct Variable {
  std::string name, code;
  Tensor leaf;
};

// f or one of its derivatives.
struct Derivative {
  std::string name, code;
  Tensor value;
  size_t last = 0;  // the variable that it was last taken by: later ones go on from there
  std::string by;   // the variables so far, "xy"
};

// Runs a program line by line and notes each line as it begins.
class Derivation {
 public:
  explicit Derivation(const ExpressionRequest& request) : request_(request) {}

  void run() {
    const Expression expression = parse_expression(request_.expression);
    give_values(expression);
    Derivative f = evaluate_f(expression);
    name_separator_ =
        std::ranges::all_of(variables_, [](const Variable& v) { return v.name.size() == 1; }) ? "" : "_";
    found_.push_back(f);
    std::vector<Derivative> level{std::move(f)};
    for (int64_t order = 1; order <= request_.order; ++order) {
      std::vector<Derivative> next;
      for (const Derivative& d : level) differentiate(d, order < request_.order, next);
      found_.insert(found_.end(), next.begin(), next.end());
      level = std::move(next);
    }
  }

  std::vector<CodeLine> lines;

  const std::string& name() const { return found_[0].name; }
  std::string point() const {
    std::vector<std::string> parts;
    for (const Variable& v : variables_)
      parts.push_back(fmt::format("{} = {}", v.name, describe_value(v.leaf)));
    return fmt::format("{}", fmt::join(parts, ", "));
  }
  std::string results() const {
    std::string text;
    for (const Derivative& d : found_) text += fmt::format("{} = {}\n", d.name, describe_value(d.value));
    return text;
  }

 private:
  void line(std::string text) { lines.push_back(code_line(std::move(text))); }

  void give_values(const Expression& expression) {
    const Variables given = parse_variables(request_.at);
    const std::vector<std::string> names = expression.variables();
    if (names.empty())
      throw Error("expression: there is no variable to differentiate by. Hint: --expr 'x^2' --at x=3");
    for (const auto& [name, value] : given) {
      if (std::ranges::find(names, name) == names.end())
        throw Error(
            "expression: --at gives {}, which the expression does not use. Hint: its variables are {}", name,
            fmt::format("{}", fmt::join(names, ", ")));
    }
    for (const std::string& name : names) {
      const auto found = given.find(name);
      if (found == given.end()) evaluate(expression, given);  // throws, pointing at the variable
      const std::string code = names_.fresh(name);
      line(fmt::format("Tensor {} = {}.requires_grad_();", code, tensor_code(found->second)));
      Tensor leaf = found->second;
      leaf.requires_grad_().named(name);
      variables_.push_back({name, code, leaf});
    }
  }

  Derivative evaluate_f(const Expression& expression) {
    std::map<std::string, std::string> codes;
    Variables leaves;
    for (const Variable& v : variables_) {
      codes[v.name] = v.code;
      leaves[v.name] = v.leaf;
    }
    std::string name = "f";
    if (codes.contains(name)) name = "F";
    Derivative f{.name = name, .code = names_.fresh(name), .value = {}, .last = 0, .by = ""};
    lines.push_back(code_line(""));
    ExpressionProgram program = evaluate_with_code(expression, leaves, codes);
    if (program.value.is_leaf()) program = {clone(program.value), fmt::format("clone({})", program.code)};
    lines.back().text = fmt::format("Tensor {} = {};", f.code, program.code);
    if (program.value.size() != 1) {
      throw Error("expression: it comes to {} values, {}, and a gradient is of one. Hint: sum({})",
                  program.value.size(), program.value.shape().str(), request_.expression);
    }
    f.value = program.value.named(name);
    return f;
  }

  // What a sweep begins from: the derivative, or the sum of its elements.
  std::pair<Tensor, std::string> root_of(const Derivative& d) {
    if (d.value.size() == 1) return {d.value, d.code};
    const std::string code = names_.fresh("sum_" + d.code);
    line(fmt::format("Tensor {} = sum({});", code, d.code));
    return {sum(d.value).named(code), code};
  }

  void differentiate(const Derivative& d, bool create_graph, std::vector<Derivative>& out) {
    const std::span<const Variable> wanted = std::span(variables_).subspan(d.last);
    // several sweeps of the last order read the same nodes
    const bool retain_graph = create_graph || (request_.order > 1 && variables_.size() > 1);
    const std::string options = create_graph   ? ", {.create_graph = true}"
                                : retain_graph ? ", {.retain_graph = true}"
                                               : "";
    if (!d.value.requires_grad()) {  // a constant
      for (size_t i = 0; i < wanted.size(); ++i)
        add(d, d.last + i, zeros_like(wanted[i].leaf), fmt::format("zeros_like({})", wanted[i].code), out);
      return;
    }
    const auto [root, root_code] = root_of(d);
    Tensors leaves;
    std::vector<std::string> codes;
    for (const Variable& v : wanted) {
      leaves.push_back(v.leaf);
      codes.push_back(v.code);
    }
    if (wanted.size() == 1) {
      lines.push_back(code_line(""));
      const Tensor g = grad(root, leaves[0], {.create_graph = create_graph, .retain_graph = retain_graph});
      const Derivative& added = name_derivative(d, d.last, g, out);
      lines.back().text =
          fmt::format("Tensor {} = grad({}, {}{});", added.code, root_code, codes[0], options);
      return;
    }
    const std::string bundle = names_.fresh("d" + d.code);
    line(fmt::format("Tensors {} = grad({}, {{{}}}{});", bundle, root_code, fmt::join(codes, ", "), options));
    const Tensors gradients =
        grad(root, leaves, {.create_graph = create_graph, .retain_graph = retain_graph});
    for (size_t i = 0; i < wanted.size(); ++i)
      add(d, d.last + i, gradients[i], fmt::format("{}[{}]", bundle, i), out);
  }

  void add(const Derivative& d, size_t variable, const Tensor& value, const std::string& code,
           std::vector<Derivative>& out) {
    const Derivative& added = name_derivative(d, variable, value, out);
    line(fmt::format("Tensor {} = {};", added.code, code));
  }

  const Derivative& name_derivative(const Derivative& d, size_t variable, Tensor value,
                                    std::vector<Derivative>& out) {
    const std::string& by = variables_[variable].name;
    const std::string all = d.by.empty() ? by : d.by + name_separator_ + by;
    const std::string name = found_[0].name + "_" + all;
    // two derivatives may be one node
    value.named(value.name().empty() ? name : fmt::format("{} = {}", value.name(), name));
    out.push_back({.name = name, .code = names_.fresh(name), .value = value, .last = variable, .by = all});
    return out.back();
  }

  const ExpressionRequest& request_;
  ProgramNames names_;
  std::vector<Variable> variables_;
  std::vector<Derivative> found_;
  std::string name_separator_;
};

}  // namespace

Explanation explain_expression(const ExpressionRequest& request) {
  if (request.order < 1 || request.order > 3)
    throw Error("explain: derivatives of order {} are not shown. Hint: order is 1, 2 or 3", request.order);
  Tape tape({.trace = true});
  Derivation derivation(request);
  derivation.run();
  const std::string point = derivation.point();
  const ExplainPage page{.title = derivation.name() + " = " + request.expression,
                         .summary = fmt::format("At {}.", point),
                         .code = derivation.lines};
  const std::string text = fmt::format("{} = {}\nat {}\n\n{}\n{}", derivation.name(), request.expression,
                                       point, explain_table(tape), derivation.results());
  return explanation_of(tape, page, text);
}

}  // namespace gradzoo
