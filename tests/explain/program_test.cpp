#include "gradzoo/explain/program.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "gradzoo/explain/examples.h"
#include "gradzoo/explain/explain_expression.h"
#include "gradzoo/explain/expression_functions.h"
#include "support/expression_calls.h"
#include "support/paths.h"
#include "support/process.h"

using namespace gradzoo;
using namespace gradzoo::test;

// All in one file, each with a main of its own name: what each includes is compiled once. tests/consumer
// links and runs one.
TEST_CASE("the programs that explanations print compile as they stand") {
  std::vector<std::string> programs;
  for (const ExplainExample& example : explain_examples())
    programs.push_back(explain_example(example.name).program);
  for (const auto& [expression, at, order] : std::vector<std::tuple<std::string, std::string, int64_t>>{
           {"sin(x^2)*exp(-y)", "x=.8,y=.3", 3},
           {"x'*A*x + sum(softmax(A*x .* 2^x))", "A=[[1,2],[3,4]],x=[.5,-1]", 2},
           {"new + f*Tensor - df^2", "new=1,f=2,Tensor=3,df=1", 2},
           {"theta", "theta=1", 1},
           {"\xCE\xB8^2 - clamp(\xCE\xB8, 0, 1)", "\xCE\xB8=1e-7", 1},
           {"logsumexp(x) + polygamma(1, sum(x, 0)) + max(x) - mse(x, [1, 2])", "x=[1,2]", 1}})
    programs.push_back(explain_expression({.expression = expression, .at = at, .order = order}).program);
  std::string all = "sum(A)";
  for (const ExpressionFunction& f : expression_functions()) all += fmt::format(" + sum({})", least_call(f));
  programs.push_back(explain_expression({.expression = all, .at = kCallValues}).program);
  std::string file;
  for (size_t i = 0; i < programs.size(); ++i) {
    CHECK(programs[i].starts_with("#include <iostream>\n\n#include <gradzoo.h>\n"));
    file += fmt::format("#define main program_{}\n{}#undef main\n", i, programs[i]);
  }
  const ScratchDirectory scratch;
  write_file(scratch.file("programs.cpp"), file);
  const ProcessResult result =
      run_process({compiler(), "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
                   "-Wno-return-type", "-I" + binary_dir() + "/include", scratch.file("programs.cpp")},
                  scratch.file(""));
  CHECK_MESSAGE(result.status == 0, result.err);
}

TEST_CASE("a program prints what its lines declare, the gradients of leaves where it calls backward") {
  const std::string with_backward = explain_example("mlp").program;
  CHECK(with_backward.find("\"w.grad() = \"") != std::string::npos);
  CHECK(with_backward.find("\"loss = \"") != std::string::npos);
  const std::string without = explain_expression({.expression = "x^2", .at = "x=3", .order = 2}).program;
  CHECK(without.find("\"f_xx = \"") != std::string::npos);
  CHECK(without.find("\"x = \"") == std::string::npos);
}
