#include "gradzoo/explain/program.h"

#include <regex>
#include <set>

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
           {"where(x > 0, |x - 1|, 2) + where(b >= x, b, 0)[1] + A[1,0]", "x=1,b=[1,2],A=[[1,2],[3,4]]", 2},
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

namespace {

// Identifiers of a text, each once.
std::set<std::string> words_of_text(const std::string& text) {
  std::set<std::string> words;
  const std::regex word("[A-Za-z_][A-Za-z_0-9]*");
  for (std::sregex_iterator at(text.begin(), text.end(), word), end; at != end; ++at) words.insert(at->str());
  return words;
}

// Macros without parameters of everything that a program includes.
std::set<std::string> macros() {
  const ScratchDirectory scratch;
  write_file(scratch.file("all.cpp"), "#include <iostream>\n#include <gradzoo.h>\n");
  const ProcessResult result = run_process(
      {compiler(), "-std=gnu++20", "-dM", "-E", "-I" + binary_dir() + "/include", scratch.file("all.cpp")},
      scratch.file(""));
  REQUIRE(result.status == 0);
  std::set<std::string> names;
  const std::regex definition("#define ([A-Za-z_0-9]+) ");
  for (std::sregex_iterator at(result.out.begin(), result.out.end(), definition), end; at != end; ++at)
    names.insert((*at)[1]);
  return names;
}

}  // namespace

TEST_CASE("names of variables are no macro, no keyword and nothing that the program uses") {
  // C++20, [lex.key]; what is not a name of an expression, such as "e", is left out below
  std::set<std::string> names = words_of_text(
      "alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t "
      "class compl concept const consteval constexpr constinit const_cast continue co_await co_return "
      "co_yield decltype default delete do double dynamic_cast else enum explicit export extern false float "
      "for friend goto if inline int long mutable namespace new noexcept not not_eq nullptr operator or "
      "or_eq "
      "private protected public register reinterpret_cast requires return short signed sizeof static "
      "static_assert static_cast struct switch template this thread_local throw true try typedef typeid "
      "typename union unsigned using virtual void volatile wchar_t while xor xor_eq");
  const std::set<std::string> known_macros = macros();
  CHECK(known_macros.contains("NULL"));
  CHECK(known_macros.contains("errno"));
  names.insert(known_macros.begin(), known_macros.end());
  const std::vector<std::pair<std::string, std::string>> programs = {
      {"x'*A*x + sum(softmax(A*x .* 2^x))", "A=[[1,2],[3,4]],x=[.5,-1]"},
      {"x^3 + y", "x=1,y=2"},
      {"where(x > 0, x, 0)[1]*where(x >= 0, x, 0)[1]", "x=[1,2]"},
      {"x", "x=1"}};
  for (const auto& [expression, at] : programs)
    names.merge(words_of_text(explain_expression({.expression = expression, .at = at, .order = 2}).program));
  int reserved = 0;
  std::erase_if(names, [&](const std::string& name) {
    const bool one_of_many = name.starts_with('_') || name.starts_with("SYS_");  // 3,000: every tenth will do
    return name == "e" || name == "pi" || find_expression_function(name) != nullptr ||
           (one_of_many && ++reserved % 10 != 1);
  });
  CHECK(names.size() > 500);

  std::string file, sum, at;
  const auto flush = [&] {
    const std::string program = explain_expression({.expression = sum + "(zeros_like^2)^(matmul + 1)",
                                                    .at = at + "zeros_like=1,matmul=2"})
                                    .program;
    for (const std::string& word : words_of_text(program))
      if (program.find("Tensor " + word + " = ") != std::string::npos)
        CHECK_MESSAGE(!known_macros.contains(word), word);
    file += "#define main program_" + std::to_string(file.size()) + "\n" + program + "#undef main\n";
    sum = at = "";
  };
  for (const std::string& name : names) {
    if (name == "zeros_like" || name == "matmul") continue;
    sum += name + "*";
    at += name + "=1,";
    if (at.size() > 1'500) flush();
  }
  flush();
  const ScratchDirectory scratch;
  write_file(scratch.file("programs.cpp"), file);
  const ProcessResult result =
      run_process({compiler(), "-std=gnu++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
                   "-Wno-return-type", "-I" + binary_dir() + "/include", scratch.file("programs.cpp")},
                  scratch.file(""));
  CHECK_MESSAGE(result.status == 0, result.err.substr(0, 2000));
}

TEST_CASE("a program prints what its lines declare, the gradients of leaves where it calls backward") {
  const std::string with_backward = explain_example("mlp").program;
  CHECK(with_backward.find("\"w.grad() = \"") != std::string::npos);
  CHECK(with_backward.find("\"loss = \"") != std::string::npos);
  const std::string without = explain_expression({.expression = "x^2", .at = "x=3", .order = 2}).program;
  CHECK(without.find("\"f_xx = \"") != std::string::npos);
  CHECK(without.find("\"x = \"") == std::string::npos);
}
