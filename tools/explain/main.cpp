#include <span>

#include <fmt/format.h>

#include "gradzoo/base/atomic_file.h"
#include "gradzoo/commands/command_line.h"
#include "gradzoo/commands/program.h"
#include "gradzoo/explain/examples.h"
#include "gradzoo/explain/explain_expression.h"
#include "gradzoo/explain/expression.h"
#include "gradzoo/explain/expression_functions.h"

namespace gradzoo {
namespace {

std::string examples_list() {
  std::string text;
  for (const ExplainExample& example : explain_examples())
    text += fmt::format("  {:<16} {}\n", example.name, example.title);
  return text +
         "\ngradzoo explain EXAMPLE prints an example as text; --html FILE writes a page that steps through "
         "it\ngradzoo explain --expr 'sin(x^2)*exp(-y)' --at x=0.8,y=0.3 explains your own function\n";
}

std::string expressions_text() {
  std::string text =
      "  + - * / ^ and parentheses as in mathematics (-x^2 is -(x^2), 2^3^2 is 2^9), pi and e.\n  [1,2] is a "
      "column, [[1,2],[3,4]] a matrix by its rows. A*x is the product of matrices, or scales\n  if one side "
      "is a number; .* ./ .^ go element by element; x' transposes, x.^2' is (x.^2)'.\n  2x, 3(x+1), x sin(x) "
      "and 2|x-1| are products; x(y+1) is a call, and 1/2x is rejected.\n  x[0], A[0,1] and the row A[0] are "
      "counted from 0; where(x > 0, a, b) is a piecewise function.\n  --at takes arrays in the same "
      "notation:\n    gradzoo explain --expr \"x'*A*x + sum(softplus(A*x))\" --at 'A=[[1,2],[3,4]], "
      "x=[0.5,-1]' --order 2\n  functions (axis 0 goes down the columns, 1 along the rows):\n";
  std::string row = "   ";
  for (const ExpressionFunction& f : expression_functions()) {
    if (row.size() + f.usage.size() > 96) {
      text += row + "\n";
      row = "   ";
    }
    row += fmt::format(" {}", f.usage);
  }
  return text + row + "\n";
}

// The two lines that point into the text go first, so that the error itself is the last line.
Explanation explained_expression(const ExpressionRequest& request) {
  try {
    return explain_expression(request);
  } catch (const ExpressionError& error) {
    fmt::print(stderr, "{}\n", error.pointer());
    throw Error(error.sentence());
  }
}

void write_text(const std::string& path, const std::string& text) {
  write_file_atomically(path, std::as_bytes(std::span(text)));
  fmt::print("wrote {}\n", path);
}

int run(const Arguments& arguments) {
  std::string name, dot, html, cpp;
  ExpressionRequest request;
  bool list = false;
  CommandLine line("explain", "Shows a small computation and its gradients, node by node.",
                   {{"gradzoo explain double-backward --html page.html", "a page that steps through it"},
                    {"gradzoo explain --expr 'x^3 - sin(x*y)' --at x=2,y=1 --order 2",
                     "your own function, its gradient and second derivatives"}});
  line.positional("EXAMPLE", name, "name of an example (default: list the examples)", false);
  line.option("--dot", "FILE", dot, "file for the graph, which Graphviz draws with dot -Tsvg FILE");
  line.option("--html", "FILE", html,
              "file for a page that steps through the computation, forwards and backwards");
  line.option("--cpp", "FILE", cpp, "file for a C++ program that computes the same function");
  line.option("--expr", "TEXT", request.expression, "your own function, instead of EXAMPLE");
  line.option("--at", "VALUES", request.at, "value of each variable, such as x=0.8,y=0.3");
  line.option("--order", "N", request.order, "highest order of the derivatives (default: 1)", 1,
              kHighestExplainedOrder);
  line.writes("--dot", "a graph for Graphviz", {".dot", ".gv", ""});
  line.writes("--html", "a page", {".html", ".htm", ""});
  line.writes("--cpp", "a C++ program", {".cpp", ".cc", ".cxx", ""});
  line.flag("--list", list, "list the examples");
  line.completes("EXAMPLE", [](const std::string&) {
    Candidates examples;
    for (const ExplainExample& example : explain_examples())
      examples.push_back({example.name, example.title});
    return examples;
  });
  line.section("Computations that can be explained:", examples_list);
  line.section("Expressions:", expressions_text);
  if (!line.read(arguments)) return 0;
  const bool files = !dot.empty() || !html.empty() || !cpp.empty(), given = !request.expression.empty();
  if (given && !name.empty())
    throw Error("explain: both an example and an expression are given. Hint: remove '{}'", name);
  if (!given && (!request.at.empty() || request.order != 1))
    throw Error("explain: --at and --order belong to an expression. Hint: add --expr 'x^2' --at x=3");
  if (list || (name.empty() && !given && !files)) {
    fmt::print("{}", examples_list());
    return 0;
  }
  const Explanation explanation = given ? explained_expression(request) : explain_example(name);
  if (!dot.empty()) write_text(dot, explanation.dot);
  if (!html.empty()) write_text(html, explanation.html);
  if (!cpp.empty()) write_text(cpp, explanation.program);
  if (!files) fmt::print("{}", explanation.text);
  return 0;
}

}  // namespace
}  // namespace gradzoo

int main(int, char** argv) {
  return gradzoo::run_program(
      argv, {"explain", "step through a small computation and its gradients", gradzoo::run});
}
