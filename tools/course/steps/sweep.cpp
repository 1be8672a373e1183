#include <array>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "tools/course/program.h"
#include "tools/course/steps/steps.h"

namespace gradzoo::course {
namespace {

Case gradient_case(const std::string& question, const Program& program, const std::string& hint,
                   std::vector<Known> known = {}, const std::string& what = "gradients") {
  return {.question = question,
          .asked = "the adjoints of the leaves of " + program.formula(),
          .input = what + program.input(),
          .expected = digits(numbers_of(program.gradients())),
          .hint = hint,
          .known = std::move(known)};
}

struct Rule {
  const char* text;
  const char* hint;
  std::vector<Known> known;
};

// Each rule alone, and what usual slips make of it.
std::vector<Rule> rules() {
  const double power = std::pow(2, 3), root = std::tanh(0.5);
  return {
      {"leaf 0 5 leaf 0 3 add 0 1", "a sum passes its adjoint on to both", {}},
      {"leaf 0 5 leaf 0 3 sub 0 1",
       "a - b falls as b grows",
       {{"1 1", "the second operand of a difference: which sign has its derivative?"}}},
      {"leaf 0 5 leaf 0 3 mul 0 1",
       "the derivative of a product in one factor is the other factor",
       {{"5 3", "the derivative of a product in one factor is the OTHER factor"}}},
      {"leaf 0 5 leaf 0 4 div 0 1",
       "write a / b as a times b to the power -1",
       {{digits(std::vector<double>{0.25, -1.25}), "in b: the derivative of 1 / b is not -1 / b"},
        {digits(std::vector<double>{0.25, 0.3125}), "in b: a larger denominator makes a smaller quotient"}}},
      {"leaf 0 0.5 exp 0", "the derivative of exp is its own value, which is on the tape", {}},
      {"leaf 0 4 log 0",
       "the derivative of log a is a quotient in a",
       {{digits(1 / std::log(4)),
         "divide by the operand a, or by the logarithm? The rule of log divides by one of them"}}},
      {"leaf 0 0.5 sin 0",
       "the derivative of sin is another function of the same angle",
       {{digits(-std::cos(0.5)), "which sign has the derivative of sin at 0?"},
        {digits(std::cos(std::sin(0.5))), "cos of the operand, or of the result?"}}},
      {"leaf 0 0.5 tanh 0",
       "the derivative of tanh, written with its result t = tanh a",
       {{digits(1 - 0.25), "1 - t^2: is t the operand, or the result?"},
        {digits(1 - root), "1 - t, or 1 - t^2?"}}},
      {"leaf 0 2 leaf 0 3 pow 0 1",
       "a^b is e^(b log a): differentiate it with respect to a and to b",
       {{"12 0", "a^b depends on b, too: write it as e^(b log a)"},
        {"12 8", "in b: the derivative of 2^b is not 2^b itself, as 2 is not e"},
        {digits(std::vector<double>{12, power / std::log(2)}),
         "in b: multiply by the logarithm, or divide by it?"},
        {digits(std::vector<double>{8, power * std::log(2)}), "in a: the power falls by one"},
        {digits(std::vector<double>{24, power * std::log(2)}), "in a: the power falls by one"}}}};
}

// The sum of exp(sin(a b)) - c of leaves that are drawn, and its derivatives.
Case mixed_case(const std::string& question, Draws& draws) {
  constexpr int kLeaves = 10'000, kTerms = 20'000;
  std::vector<double> leaves(kLeaves), slopes(kLeaves, 0.0);
  std::string text;
  for (double& leaf : leaves) text += " leaf 0" + digits(leaf = draws.between(-1, 1));
  const auto at = [](std::vector<double>& of, int i) -> double& { return of[static_cast<size_t>(i)]; };
  for (int term = 0, n = kLeaves; term < kTerms; ++term) {
    const int a = draws.below(kLeaves), b = draws.below(kLeaves), c = draws.below(kLeaves);
    text += fmt::format(" mul {} {} sin {} exp {} sub {} {}", a, b, n, n + 1, n + 2, c);
    n += 4;
    if (term > 0) text += fmt::format(" add {} {}", n - 5, n - 1);
    n += term > 0 ? 1 : 0;
    const double product = at(leaves, a) * at(leaves, b),
                 slope = std::exp(std::sin(product)) * std::cos(product);
    at(slopes, a) += slope * at(leaves, b);
    at(slopes, b) += slope * at(leaves, a);
    at(slopes, c) -= 1;
  }
  return {.question = question,
          .asked = "the adjoints of 10,000 leaves after 100,000 ops of five kinds",
          .input = "gradients" + text + " end",
          .expected = digits(slopes),
          .hint = "every single rule was checked before: one sweep gives all adjoints, and takes a moment",
          .known = {{"slow", "one pass over the tape gives the adjoints of all leaves: is yours one pass?"}},
          .tolerance = 1e-10,
          .seconds = 4};
}

}  // namespace

std::vector<Case> cases_of_sweep(uint64_t seed) {
  const std::string one = "one rule at a time", passes = "what a node passes on", fan = "a value used twice",
                    chains = "a chain of ops", again = "a second call",
                    between = "from a value in the middle", shape = "one adjoint a node",
                    graphs = "200 random graphs", linear = "100,000 ops";
  std::vector<Case> cases;
  const std::string left_over =
      "the second call sees the adjoints of the first: where are they stored, and which line sets them to 0?";
  cases.push_back(gradient_case(again, Program("leaf 0 0.5 leaf 0 2 mul 0 1"),
                                "single calls are checked below: what is different in a second call?",
                                {{"4 1", left_over}, {"6 1.5", left_over}, {"error", left_over}}, "twice"));
  const std::string no_seed = "all adjoints are 0: what is dy/dy, where the sweep begins?";
  for (const Rule& rule : rules()) {
    const Program program(rule.text);
    std::vector<Known> known = rule.known;
    known.push_back({program.leaves.size() == 1 ? "0" : "0 0", no_seed});
    cases.push_back(gradient_case(one, program, rule.hint, known));
  }

  const std::string at_zero =
      "the rule must hold at 0 too: use the other factor itself, not a quotient by this one";
  for (const char* text : {"leaf 0 0 leaf 0 3 mul 0 1", "leaf 0 0 leaf 0 4 div 0 1", "leaf 0 0 exp 0",
                           "leaf 0 0 sin 0", "leaf 0 0 tanh 0"})
    cases.push_back(gradient_case(one, Program(text), at_zero, {{"nan", at_zero}}));
  Case huge = gradient_case(one, Program("leaf 0 1e22 sin 0"), kTooFar);
  huge.expected = digits(std::cos(1e22));
  cases.push_back(std::move(huge));
  cases.push_back(gradient_case(one, Program("leaf 0 709.75 exp 0"), kTooHigh));
  const std::string powers =
      "b a^(b - 1), also for a base that is 0 or negative: std::pow works, a logarithm and y / a do not";
  constexpr std::array<double, 3> kPowers[] = {{-2, 3, 12}, {-2, 2, -4}, {0, 2, 0}, {0, 1, 1}};
  for (const auto& [a, b, slope] : kPowers)
    cases.push_back({.question = one,
                     .asked = fmt::format("the adjoint of v0 of v0 = {}; v1 = {}; v2 = pow(v0, v1)", a, b),
                     .input = fmt::format("first leaf 0 {} leaf 0 {} pow 0 1 end", a, b),
                     .expected = digits(slope),
                     .hint = powers,
                     .known = {{"nan", powers}}});

  const std::string overwritten =
      "one of the paths from y back to x is lost: the adjoint along a second path must not replace the first";
  cases.push_back(gradient_case(fan, Program("leaf 0 1.5 add 0 0"), overwritten, {{"1", overwritten}}));
  cases.push_back(gradient_case(fan, Program("leaf 0 1.5 exp 0 sin 0 mul 1 2 add 3 0"), overwritten));
  cases.push_back(gradient_case(fan, Program("leaf 0 1.5 mul 0 0 mul 1 1 mul 2 2"), overwritten));

  const std::string backwards =
      "the last op's operands are right and nothing before them: an adjoint must be complete before it is "
      "passed on, so in which order are the nodes visited?";
  cases.push_back(
      gradient_case(chains, Program("leaf 0 0.5 exp 0 sin 1 tanh 2"), backwards, {{"0", backwards}}));
  cases.push_back(
      gradient_case(chains, Program("leaf 0 0.5 leaf 0 2 mul 0 1 exp 2 muln 3 3 mul 4 0"), backwards));

  const Program longer("leaf 0 0.5 leaf 0 2 mul 0 1 exp 2 sin 3 mul 4 3");
  const std::string tail = "the sweep begins at y, which need not be the last node of its tape";
  cases.push_back({.question = between,
                   .asked = "the adjoints of the leaves with y = v2 of " + longer.formula(),
                   .input = "between 2" + longer.input(),
                   .expected = digits(numbers_of(longer.gradients(1, 2))),
                   .hint = tail,
                   .known = {{digits(numbers_of(longer.gradients())), tail}}});
  cases.push_back({.question = shape,
                   .asked = "how many adjoints backward(y) gives, and how many nodes the tape then has, of " +
                            longer.formula(),
                   .input = "size" + longer.input(),
                   .expected = "6 6",
                   .hint = "one adjoint for each node; the sweep adds nothing to the tape"});

  // What a rule alone does, on adjoints that are there.
  std::vector<std::string> alone{"leaf 0 1.5 mul 0 0"};
  for (const Rule& rule : rules()) alone.emplace_back(rule.text);
  for (const std::string& text : alone) {
    const Program program(text);
    constexpr double kPassed = 1.75;
    std::vector<double> adjoints = numbers_of(program.gradients());
    for (size_t i = 0; i < adjoints.size(); ++i)
      adjoints[i] = kPassed * adjoints[i] + .25 * static_cast<double>(i + 1);
    adjoints.push_back(kPassed);
    cases.push_back({.question = passes,
                     .asked = fmt::format("all adjoints after pull of the last node, whose adjoint is {}; "
                                          "the leaves' adjoints were 0.25, 0.5, of {}",
                                          kPassed, program.formula()),
                     .input = fmt::format("pull {}", kPassed) + program.input(),
                     .expected = digits(adjoints),
                     .hint = "pull adds the node's adjoint times its derivative in an operand to that "
                             "operand's adjoint, and changes no other"});
  }

  Draws draws(seed);
  for (int i = 0; i < 200; ++i) {
    const Program program = draw_scalar_program(2 + i / 5, draws.seed());
    const bool twice = i % 10 == 9;
    cases.push_back(
        gradient_case(graphs, program,
                      "every single rule was checked before: what do ops together do that one op does not?",
                      {}, twice ? "twice" : "gradients"));
    if (twice) cases.back().asked += ", by the second of two calls";
  }

  for (const Program& program : draw_rules(draws, false))
    cases.push_back(gradient_case(one, program, kAnySize));

  constexpr int kLong = 100000;
  const double factor = 1 + draws.between(1e-6, 1e-5);
  const std::string deep =
      "a function that calls itself 100,000 times fills the stack: a loop over the tape needs no recursion";
  cases.push_back(
      {.question = linear,
       .asked = fmt::format("the adjoint of x after y = y * {:.6g}, {} times", factor, kLong),
       .input = fmt::format("chain {} 1{}", kLong, digits(factor)),
       .expected = digits(std::pow(factor, kLong)),
       .hint = "each op multiplies the adjoint by the same factor",
       .known = {{"crash", deep},
                 {"slow", "a visit of a node may take only constant time: what is done 100,000 times?"}},
       .tolerance = 1e-9});
  cases.push_back(mixed_case(linear, draws));
  for (Case& composite : cases)
    if (composite.question != one && composite.question != again && composite.question != passes)
      composite.after = one;
  return cases;
}

}  // namespace gradzoo::course
