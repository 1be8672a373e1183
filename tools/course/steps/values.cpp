#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "gradzoo/base/text.h"
#include "tools/course/program.h"
#include "tools/course/steps/steps.h"

namespace gradzoo::course {
namespace {

constexpr const char* kCopies =
    "a node is there twice: an op must name its operands by their places, not copy them to the end";

constexpr const char* kDangling =
    "right at first, wrong after the tape has grown: a pointer or reference into a vector ends when the "
    "vector moves; a place in it stays";

// Numbers of the size of overwritten memory: none that is asked for is.
bool is_no_number_of_ours(double value) {
  return std::abs(value) > 1e100 || (value != 0 && std::abs(value) < 1e-100);
}

// Whether a number was read where none stands any more: a leaf is not what it was made of, or one is absurd.
bool reads_lost_memory(const Program& program, const Answer& answer) {
  const std::vector<std::string> words = words_of(answer.text);
  for (size_t i = 0; i < words.size(); ++i) {
    const double value = parse_number<double>(words[i]).value_or(0);
    if (is_no_number_of_ours(value)) return true;
    if (i < program.leaves.size() && std::abs(value - program.leaves[i].item()) > 1e-3) return true;
  }
  return false;
}

// How many nodes the words name.
size_t named_ops(const std::string& text) {
  size_t count = 0;
  for (const std::string& word : words_of(text))
    count += word.find_first_of("0123456789") == std::string::npos ? 1 : 0;
  return count;
}

Case value_case(const std::string& question, const std::string& text, const std::string& hint,
                std::vector<Known> known = {}, const std::string& what = "values") {
  const Program program(text);
  return {.question = question,
          .asked = "the values of " + program.formula(),
          .input = what + program.input(),
          .expected = digits(numbers_of(program.made)),
          .hint = hint,
          .known = std::move(known),
          .diagnose = [program](const Answer& answer) {
            return reads_lost_memory(program, answer) ? std::string(kDangling) : std::string();
          }};
}

Case node_case(const std::string& question, const std::string& text, const std::string& nodes,
               const std::string& hint, std::vector<Known> known = {}) {
  const Program program(text);
  const size_t wanted = named_ops(nodes);
  return {.question = question,
          .asked = "the tape, node by node, of " + program.formula(),
          .input = "nodes" + program.input(),
          .expected = nodes,
          .hint = hint,
          .known = std::move(known),
          .diagnose = [wanted](const Answer& answer) {
            return named_ops(answer.text) > wanted ? std::string(kCopies) : std::string();
          }};
}

}  // namespace

std::vector<Case> cases_of_values(uint64_t seed) {
  const std::string one = "one op at a time", tape = "what the tape holds", shared = "shared nodes, once",
                    late = "values that outlive growth", two = "two tapes at once",
                    graphs = "200 random graphs";
  std::vector<Case> cases;
  cases.push_back(value_case(one, "leaf 0 5 leaf 0 3 add 0 1", "v0 + v1 is the sum of two values"));
  cases.push_back(value_case(one, "leaf 0 5 leaf 0 3 sub 0 1",
                             "the left operand comes first: 5 - 3, and never 3 - 5",
                             {{"5 3 -2", "the operands of the difference are exchanged"}}));
  cases.push_back(value_case(one, "leaf 0 5 leaf 0 3 mul 0 1", "v0 * v1 is the product of two values"));
  cases.push_back(value_case(one, "leaf 0 5 leaf 0 3 div 0 1", "the left operand divided by the right one",
                             {{"5 3 0.6", "the operands of the quotient are exchanged"},
                              {"5 3 1", "the quotient has lost its fraction: is an int on the way?"}}));
  cases.push_back(value_case(one, "leaf 0 0.75 exp 0", "exp is std::exp of the operand's value"));
  cases.push_back(value_case(
      one, "leaf 0 5 log 0", "log is std::log of the operand's value",
      {{"5 0.69897000433601886", "that is the logarithm to the base 10; calculus wants the natural one"}}));
  cases.push_back(value_case(one, "leaf 0 0.75 sin 0", "sin is std::sin of the operand's value"));
  cases.push_back(value_case(
      one, "leaf 0 400 tanh 0", "tanh is std::tanh of the operand's value",
      {{"400 nan", "tanh of a large number is 1: a quotient of two exponentials is inf / inf there"}}));
  cases.push_back(value_case(one, "leaf 0 2 leaf 0 3 pow 0 1", "pow(a, b) is a to the power b",
                             {{"2 3 9", "the operands of pow are exchanged: that is 3 to the power 2"}}));

  for (const char* base : {"-2", "0", "-1", "-400.5", "-0.001"})
    cases.push_back(value_case(one, fmt::format("leaf 0 {} leaf 0 3 pow 0 1", base),
                               "pow(a, b) is std::pow: e^(b log a) is undefined for a base of 0 or below",
                               {{fmt::format("{} 3 nan", base),
                                 "e^(b log a) is undefined for a base of 0 or below, and std::pow is not"}}));

  const std::string both = "v0 = 2; v1 = 3 on a second tape; v2 = v0 * v0; v3 = exp(v1); v4 = v2 + v0",
                    both_input = " leaf 0 2 leaf 1 3 mul 0 0 exp 1 add 2 0 end";
  const std::string global = "each tape has its own nodes: is the list static, or global?";
  cases.push_back({.question = two,
                   .asked = "how many nodes each tape has after " + both,
                   .input = "sizes" + both_input,
                   .expected = "3 2",
                   .hint = "one node for each leaf and each op, on the tape of its operands",
                   .diagnose = [global](const Answer& answer) {
                     const std::vector<std::string> words = words_of(answer.text);
                     return words.size() == 2 && words[0] == words[1] ? global : std::string();
                   }});
  cases.push_back({.question = two,
                   .asked = "the values of " + both,
                   .input = "values" + both_input,
                   .expected = digits({2, 3, 4, std::exp(3), 6}),
                   .hint = global});
  cases.push_back(
      {.question = two,
       .asked = "std::invalid_argument for v0 * v1 if v0 and v1 are on two tapes",
       .input = "values leaf 0 2 leaf 1 3 mul 0 1 end",
       .expected = "refused",
       .hint = "a place means nothing on another tape: Tape::record has to compare the tapes",
       .known = {{"crash", "a place means nothing on another tape: Tape::record has to compare"}}});

  const std::string cut =
      "a number in a formula is a node too, and so is its op: compute with Values, not with numbers";
  cases.push_back(node_case(tape, "leaf 0 2 muln 0 3", "leaf leaf mul 0 1", cut,
                            {{"leaf mul 0", cut}, {"leaf leaf", cut}}));
  cases.push_back(
      node_case(tape, "leaf 0 2 leaf 0 3 sub 0 1", "leaf leaf sub 0 1",
                "a node records which op made it, and its operands in their order",
                {{"leaf leaf add 0 1", "the difference is recorded as a sum: has each operator its own Op?"},
                 {"leaf leaf sub 1 0", "the operands are recorded in the wrong order"},
                 {"leaf leaf leaf", cut}}));
  for (const char* op : {"exp", "log", "sin", "tanh"})
    cases.push_back(node_case(tape, fmt::format("leaf 0 2 {} 0", op), fmt::format("leaf {} 0", op),
                              "a node records which op made it; an op of one operand has no second one"));
  for (const char* op : {"add", "mul", "div", "pow"})
    cases.push_back(node_case(tape, fmt::format("leaf 0 2 leaf 0 3 {} 0 1", op),
                              fmt::format("leaf leaf {} 0 1", op),
                              "a node records which op made it, and its operands in their order"));

  cases.push_back(node_case(shared, "leaf 0 2 mul 0 0 add 1 0", "leaf mul 0 0 add 1 0", kCopies));
  cases.push_back(node_case(shared, "leaf 0 2 exp 0 mul 1 1 mul 2 2", "leaf exp 0 mul 1 1 mul 2 2", kCopies));

  Case grown = value_case(late, "leaf 0 1.25 leaf 0 3 mul 0 1 exp 0", kDangling,
                          {{"crash", kDangling}, {"error", kDangling}}, "late");
  grown.asked += ", read after 1000 more leaves";
  cases.push_back(grown);

  Draws draws(seed);
  for (int i = 0; i < 200; ++i) {
    const Program program = draw_scalar_program(2 + i / 5, draws.seed());
    cases.push_back({.question = graphs,
                     .asked = "the values of " + program.formula(),
                     .input = "values" + program.input(),
                     .expected = digits(numbers_of(program.made)),
                     .hint = "every single op was checked before: which of them gives another result now?",
                     .after = one});
    if (i % 10 != 0) continue;
    cases.push_back(
        {.question = "parents before children",
         .asked = "how many nodes there are, and whether (1) all operands come before their op, of " +
                  program.formula(),
         .input = "order" + program.input(),
         .expected = fmt::format("{} 1", program.nodes),
         .hint = "one node for each leaf, number and op, in the order in which they were made"});
  }
  for (const Program& program : draw_rules(draws, false)) {
    cases.push_back(value_case(one, program.text, kAnySize));
    cases.back().diagnose = {};  // these are of sizes that lost memory has, too
  }
  return cases;
}

}  // namespace gradzoo::course
