#include <cmath>
#include <string>

#include <fmt/format.h>

#include "tools/course/program.h"
#include "tools/course/steps/steps.h"

namespace gradzoo::course {
namespace {

constexpr const char* kSix = "leaf 2 2 3 1 2 3 4 5 6";

Case value_of(const std::string& question, const std::string& text, const std::string& hint,
              std::vector<Known> known = {}) {
  const Program program(text);
  return {.question = question,
          .asked = "the last array of " + program.formula(),
          .input = "values" + program.input(),
          .expected = as_answer({program.made.back()}),
          .hint = hint,
          .known = std::move(known)};
}

Case gradient_of(const std::string& question, const Program& program, const std::string& hint,
                 std::vector<Known> known = {}) {
  return {.question = question,
          .asked = "the gradients of the sum of the last array by each leaf, of " + program.formula(),
          .input = "order 1" + program.input(),
          .expected = as_answer(program.gradients()),
          .hint = hint,
          .known = std::move(known)};
}

Case refused(const std::string& text, const std::string& why, const std::string& hint) {
  return {.question = "shapes that do not fit",
          .asked = "std::invalid_argument for " + why,
          .input = "values " + text + " end",
          .expected = "refused",
          .hint = hint,
          .known = {{"crash", hint}}};
}

}  // namespace

std::vector<Case> cases_of_arrays(uint64_t seed) {
  const std::string shapes = "broadcasting", sums = "sums", products = "matrices",
                    rules = "one rule at a time", back = "what was broadcast is summed back",
                    tape = "the tape", graphs = "120 random graphs",
                    large = "three axes, and thousands of numbers", six = kSix;
  std::vector<Case> cases;
  const std::string align = "axes are compared from the LAST one on: (3) fits under (2,3) as a row";
  cases.push_back(value_of(shapes, six + " const 1 3 10 20 30 add 0 1", align, {{"refused", align}}));
  cases.push_back(value_of(shapes, six + " const 2 2 1 10 20 add 0 1",
                           "an axis of size 1 is repeated: each row has its own number"));
  cases.push_back(value_of(shapes, "leaf 2 2 1 1 2 const 2 1 3 10 20 30 mul 0 1",
                           "both may be repeated: (2,1) and (1,3) make (2,3)"));
  cases.push_back(value_of(shapes, six + " const 0 10 mul 0 1", "an array of no axes is a single number"));
  cases.push_back(value_of(shapes, "leaf 1 3 1 2 3 broadcast_to 0 2 2 3", align));
  cases.push_back(value_of(shapes, six + " const 1 3 10 20 30 sub 0 1", "the left operand comes first"));
  cases.push_back(
      value_of(shapes, six + " const 1 3 10 20 30 div 0 1", "the left operand over the right one"));
  const std::string axis = "axis 0 goes down the columns, axis 1 along the rows: is yours off by one?";
  cases.push_back(value_of(sums, six + " sum 0", "sum without an axis gives one number, of shape ()"));
  cases.push_back(value_of(sums, six + " axis 0 0", axis, {{"(2,1) 6 15", axis}, {"refused", axis}}));
  cases.push_back(value_of(sums, six + " axis 0 1", axis, {{"(1,3) 5 7 9", axis}, {"refused", axis}}));
  cases.push_back(
      value_of(sums, six + " sum_to 0 1 3", "sum_to undoes broadcast_to: what that repeats, this adds up"));
  cases.push_back(value_of(products, six + " transpose 0", "element (i, j) goes to (j, i)",
                           {{"(3,2) 1 2 3 4 5 6", "the shape is turned and the numbers are not"}}));
  cases.push_back(value_of(products, six + " const 2 3 2 1 0 0 1 2 -1 matmul 0 1",
                           "element (i, j) is the sum over l of a(i, l) b(l, j)"));
  for (const char* op : {"exp", "log", "tanh", "sin", "cos"})
    cases.push_back(value_of(shapes, std::string("leaf 1 2 0.5 1.5 ") + op + " 0",
                             std::string(op) + " of each element separately"));

  cases.push_back(refused(six + " const 1 2 1 2 add 0 1", "(2,3) + (2)",
                          "the sizes differ, and neither is 1: broadcast has to refuse these shapes"));
  cases.push_back(refused(six + " const 2 2 2 1 2 3 4 matmul 0 1", "matmul of (2,3) and (2,2)",
                          "the inner sizes of matmul must agree, or it reads beyond the end"));
  cases.push_back(refused(six + " axis 0 2", "the sum of (2,3) over axis 2", "the array has only two axes"));
  cases.push_back(refused(six + " const 3 2 2 3 1 2 3 4 5 6 7 8 9 10 11 12 matmul 0 1",
                          "matmul of (2,3) and (2,2,3)", "matmul takes only matrices here (two axes each)"));
  cases.push_back(refused("leaf 1 3 1 2 3 const 2 3 2 1 2 3 4 5 6 matmul 0 1", "matmul of (3) and (3,2)",
                          "matmul takes only matrices here (two axes each)"));
  for (const char* op : {"sub", "mul", "div"})
    cases.push_back(refused(six + " const 1 2 1 2 " + op + " 0 1", fmt::format("{} of (2,3) and (2)", op),
                            "all four operators refuse what broadcast refuses"));
  const std::string broadcast_first =
      "broadcast_to has to refuse these shapes: broadcast of both shapes must give the requested shape";
  cases.push_back(refused(six + " broadcast_to 0 1 3", "broadcast_to of (2,3) to (3)", broadcast_first));
  cases.push_back(refused(six + " broadcast_to 0 2 1 3", "broadcast_to of (2,3) to (1,3)", broadcast_first));
  cases.push_back(
      refused("leaf 1 3 1 2 3 broadcast_to 0 2 2 2", "broadcast_to of (3) to (2,2)", broadcast_first));
  cases.push_back(
      refused("leaf 1 3 1 2 3 broadcast_to 0 2 3 2", "broadcast_to of (3) to (3,2)", broadcast_first));
  const std::string sum_first =
      "sum_to has to refuse these shapes: its shape must broadcast to the array's shape";
  cases.push_back(refused(six + " sum_to 0 1 2", "sum_to of (2,3) to (2)", sum_first));
  cases.push_back(refused(six + " sum_to 0 2 2 2", "sum_to of (2,3) to (2,2)", sum_first));
  cases.push_back(refused("leaf 1 3 1 2 3 sum_to 0 2 2 3", "sum_to of (3) to (2,3)", sum_first));
  cases.push_back(refused("leaf 2 1 3 1 2 3 sum_to 0 2 2 3", "sum_to of (1,3) to (2,3)", sum_first));
  const std::string no_axis = "axes are counted from 0, and no axis has that number";
  cases.push_back(refused(six + " axis 0 -1", "the sum of (2,3) over axis -1", no_axis));
  cases.push_back(refused("leaf 0 7 axis 0 0", "the sum of () over axis 0", no_axis));
  cases.push_back(
      refused("leaf 1 3 1 2 3 transpose 0", "transpose of (3)", "transpose takes matrices only (two axes)"));

  // Each rule alone.
  struct Rule {
    const char* text;
    const char* hint;
    std::vector<Known> known;
  };
  const std::string a = "leaf 1 2 0.5 1.5 ", ab = a + "leaf 1 2 2 4 ";
  const std::vector<std::pair<std::string, Rule>> all = {
      {ab, {"add 0 1", "a sum passes its gradient on", {}}},
      {ab,
       {"sub 0 1",
        "a - b falls as b grows",
        {{"(2) 1 1 (2) 1 1", "a - b falls as b grows: a sign is missing"}}}},
      {ab, {"mul 0 1", "the derivative in one factor is the OTHER factor", {}}},
      {ab,
       {"div 0 1",
        "a / b is a times b to the power -1",
        {{"(2) 0.5 0.25 (2) 0.125 0.09375", "in b: a larger denominator makes a smaller quotient"},
         {"(2) 0.5 0.25 (2) -0.25 -0.375", "in b: the derivative of 1 / b is not -1 / b"}}}},
      {a, {"exp 0", "the derivative of exp is its result, which the rule is given as y", {}}},
      {a, {"log 0", "the derivative of log x is 1 / x", {}}},
      {a, {"tanh 0", "1 - y^2, of the result y", {}}},
      {a, {"sin 0", "the derivative of sin is cos", {}}},
      {a, {"cos 0", "the derivative of cos is -sin: is the sign there?", {}}}};
  for (const auto& [leaves, rule] : all)
    cases.push_back(gradient_of(rules, Program(leaves + rule.text), rule.hint, rule.known));
  for (const char* op : {"sin 0", "cos 0"})
    cases.push_back(gradient_of(rules, Program(std::string("leaf 1 2 1e22 1 ") + op), kTooFar));
  cases.push_back(gradient_of(rules, Program("leaf 1 2 709.75 1 exp 0"), kTooHigh));
  const std::string second_alone =
      "an op with one operand on a tape belongs on that tape, whichever operand it is";
  cases.push_back(gradient_of(rules, Program("const 1 2 3 4 leaf 1 2 1 2 mul 0 1"),
                              "the derivative in one factor is the OTHER factor",
                              {{"(2) 0 0", second_alone}}));
  const std::string used_once = "an array is used twice: the gradient along the second path must be added";
  cases.push_back(gradient_of(rules, Program(a + "exp 0 sin 0 mul 1 2"), used_once));
  const std::string matrix_rules =
      "for c = a b, the gradient of a is g b', and the gradient of b is a' g. Which shapes fit?";
  cases.push_back(gradient_of(rules, Program("leaf 2 2 2 1 2 3 5 leaf 2 2 2 0.5 -1 2 1.5 matmul 0 1 mul 2 2"),
                              matrix_rules, {{"refused", matrix_rules}}));
  cases.push_back(gradient_of(rules, Program("leaf 2 1 2 1 2 leaf 2 2 3 0.5 -1 2 1.5 3 4 matmul 0 1 sin 2"),
                              matrix_rules, {{"refused", matrix_rules}}));
  cases.push_back(gradient_of(rules, Program(six + " transpose 0 sin 1 mul 1 2"),
                              "the gradient of a transpose is turned back"));

  const std::string sum_back =
      "a gradient has the shape of its array: values that were repeated forwards are added up backwards";
  cases.push_back(gradient_of(back, Program(six + " leaf 1 3 10 20 30 mul 0 1"), sum_back));
  cases.push_back(gradient_of(back, Program(six + " leaf 2 2 1 10 20 mul 0 1"), sum_back));
  cases.push_back(gradient_of(back, Program(six + " leaf 0 10 mul 0 1"), sum_back));
  cases.push_back(gradient_of(back, Program("leaf 1 3 1 2 3 broadcast_to 0 2 2 3 mul 1 1"), sum_back));
  cases.push_back(gradient_of(back, Program(six + " axis 0 1 mul 1 1"),
                              "the gradient of a sum goes to everything that was added up",
                              {{"refused", "the gradient of a sum has the sum's shape: repeat it"}}));
  cases.push_back(gradient_of(back, Program(six + " sum 0 mul 1 1"),
                              "the gradient of a sum goes to everything that was added up"));

  const std::string constants = "an op on only constants is a constant, without a tape";
  cases.push_back(
      {.question = tape,
       .asked = "how many nodes the tape has of a leaf x, constants c and d, exp(c) d, and x times that",
       .input = "nodes leaf 1 2 1 2 const 1 2 3 4 const 1 2 5 6 exp 1 mul 3 2 mul 0 4 end",
       .expected = "2",
       .hint = "the leaf, and the one op on it. " + constants,
       .known = {{"crash", constants}, {"1", "an op with one operand on a tape belongs on that tape"}}});
  cases.push_back(gradient_of(tape, Program("leaf 1 2 1 2 leaf 1 2 3 4 exp 0"),
                              "a leaf that y does not depend on has a gradient of zeros"));

  Draws draws(seed);
  cases.push_back(gradient_of("two scales at once", two_scales(draws.between(0.5, 1), false), kNoStepFits));
  for (int i = 0; i < 120; ++i) {
    const Program program = draw_array_program(2 + i / 8, draws.seed());
    cases.push_back(
        gradient_of(graphs, program, "every single rule was checked before: which shapes meet here?"));
  }
  for (const Program& program : draw_rules(draws, true)) {
    cases.push_back(value_of(rules, program.text, kAnySize));
    cases.push_back(gradient_of(rules, program, kAnySize));
  }
  for (const Program& program : draw_large_programs(draws))
    cases.push_back(gradient_of(large, program, kLarge));
  for (Case& composite : cases)
    if (composite.question == large || composite.question == graphs || composite.question == back)
      composite.after = rules;
  return cases;
}

}  // namespace gradzoo::course
