#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/text.h"
#include "tools/course/program.h"
#include "tools/course/steps/steps.h"

namespace gradzoo::course {
namespace {

Case of_order(const std::string& question, int order, const Program& program, const std::string& hint,
              std::vector<Known> known = {}) {
  static constexpr const char* kAsked[] = {
      "the gradients of the sum of the last array by each leaf",
      "the gradients of the sum of the squares of the gradients of the sum of the last array",
      "the same once more (third order): gradients of sums of squares of gradients"};
  return {.question = question,
          .asked = fmt::format("{}, of {}", kAsked[order - 1], program.formula()),
          .input = fmt::format("order {}", order) + program.input(),
          .expected = as_answer(program.gradients(order)),
          .hint = hint,
          .known = std::move(known)};
}

std::string single(const Tensor& x) { return digits(x.item()); }

// The questions about one function f of n numbers.
void add_hessian_cases(std::vector<Case>& cases, const Program& f, int64_t n, Draws& draws) {
  const Tensor hessian = f.hessian(), v = draws.array({n}), hv = sum(hessian * v, 1);
  const std::string shown = digits(v.to_vector());
  const std::string no_history = "all zeros: the first gradient has no history to differentiate",
                    differences =
                        "f was called too often: differences of gradients are approximate, but a gradient of "
                        "a gradient is exact, from one recorded sweep per product";
  cases.push_back(
      {.question = "Hessian times vector",
       .asked = fmt::format("hvp of f at v0, with v = {}, of {}", shown, f.formula()),
       .input = "hvp" + as_input(v) + f.input(),
       .expected = as_answer({hv}) + " free once",
       .hint = "g'v is a number, and its gradient is Hv",
       .known = {
           {as_answer({zeros_like(v)}), no_history},
           {as_answer({hv}) + " free often", differences},
           {as_answer({hv}) + " bound",
            "the tape of hvp ends with it: its result must be detached, or points to a tape that is gone"}}});
  const std::string diagonal = single(trace(hessian));
  cases.push_back(
      {.question = "the Hessian's trace, exactly",
       .asked = "hessian_trace of f at v0, of " + f.formula(),
       .input = "trace" + f.input(),
       .expected = diagonal + " few",
       .hint =
           "one product with each unit vector, and from each product the element that belongs to the vector",
       .known = {
           {diagonal + " many", differences},
           {single(sum(hessian)),
            "that is the sum of the whole Hessian: a vector of ones also adds the elements off the diagonal"},
           {digits(hessian.to_vector().front()), "that is only the first element of the diagonal"},
           {"0", no_history}}});
  cases.push_back({.question = "the trace by probes",
                   .asked = fmt::format("v'Hv with v = {}, of {}", shown, f.formula()),
                   .input = "probe" + as_input(v) + f.input(),
                   .expected = single(sum(v * hv)) + " once",
                   .hint = "the product of v with Hv, summed",
                   .known = {{single(sum(v * hv)) + " often", differences},
                             {single(sum(hv)), "that is the sum of Hv: multiply by v once more"},
                             {single(sum(hv * hv)), "that is |Hv|^2: the second factor is v"},
                             {"0", no_history}}});
  if (n > 1) {
    std::vector<double> drawn(static_cast<size_t>(n));
    for (double& sign : drawn) sign = draws.below(2) == 0 ? 1 : -1;
    const Tensor signs = tensor(drawn, {n}, DType::f64);
    const std::string product = single(sum(signs * sum(hessian * signs, 1)));
    cases.push_back(
        {.question = "the trace by probes",
         .asked = fmt::format("v'Hv with v ={}, of {}", digits(drawn), f.formula()),
         .input = "probe" + as_input(signs) + f.input(),
         .expected = product + " once",
         .hint = "the product of v with Hv, summed",
         .known = {
             {diagonal, "that is the whole trace, which one probe does not give: compute v'Hv for this v"},
             {product + " often", differences}}});
  }
  // Var v'Hv = 2 sum over i != j of H_ij^2 (Hutchinson 1990).
  const std::vector<double> elements = hessian.to_vector();
  double noise = 0;
  for (size_t i = 0; i < elements.size(); ++i)
    if (i % static_cast<size_t>(n + 1) != 0) noise += 2 * elements[i] * elements[i];
  cases.push_back(
      {.question = "all probes together",
       .asked = "mean and variance of v'Hv over all vectors of signs, of " + f.formula(),
       .input = "mean" + f.input(),
       .expected = diagonal + digits(noise),
       .hint = "the mean over all signs is the trace; the elements off the diagonal are one probe's error",
       .known = {{diagonal + " 0",
                  "all probes agree: a probe is v'Hv, with noise from the elements off the diagonal"}},
       .seconds = 4});
}

Case signs_case(int n, uint64_t seed) {
  constexpr int kDraws = 4000;
  std::vector<double> identity(static_cast<size_t>(n * n), 0.0);
  for (size_t i = 0; i < identity.size(); i += static_cast<size_t>(n) + 1) identity[i] = 1;
  return {
      .question = "probes",
      .asked = fmt::format("E[vv'] over {} probes of {} numbers, on the diagonal exactly", kDraws, n),
      .input = fmt::format("signs {} {} {}", kDraws, n, seed),
      .expected = "signs" + digits(identity),
      .hint = "off the diagonal the average must go to 0: draw each sign independently, + as likely as -",
      .diagnose = [n](const Answer& answer) -> std::string {
        const std::vector<std::string> words = words_of(answer.text);
        if (words.empty()) return "";
        for (size_t i = 1; i < words.size(); i += static_cast<size_t>(n) + 1) {
          const double square = parse_number<double>(words[i]).value_or(0);
          if (std::abs(square - 1) > 0.2)
            return fmt::format("E[v_i^2] is {:.2g}: v'Hv is the trace on average only if it is 1", square);
        }
        return words[0] == "signs"
                   ? ""
                   : "E[v_i^2] is 1 on average, but these are not signs: +1 and -1 have the least variance";
      },
      .tolerance = 0.12};
}

}  // namespace

std::vector<Case> cases_of_second_order(uint64_t seed) {
  const std::string one = "one rule differentiated", quiet = "nothing recorded unasked",
                    second = "40 random graphs, second order", third = "20 random graphs, third order",
                    linear = "a linear function", probes = "probes", swept = "two sweeps over one graph",
                    large = "three axes, and thousands of numbers", pair = "leaf 1 2 0.5 1.5 ";
  std::vector<Case> cases;
  const auto raw = [](const std::string& op) {
    return fmt::format(
        "the first gradient of {} is right and the second is not: a rule that computes with plain numbers is "
        "not recorded. Is every rule written with ops on Arrays?",
        op);
  };
  const std::string freed =
      "an earlier sweep had thrown the graph away: a graph that is differentiated again has to stay";
  const Program twice(pair + "exp 0 mul 1 0");
  cases.push_back(
      {.question = swept,
       .asked = "the gradient of the sum of the last array, after another sweep with create_graph, of " +
                twice.formula(),
       .input = "again" + twice.input(),
       .expected = as_answer(twice.gradients()),
       .hint = "the second sweep starts like the first: what did the first sweep leave changed?",
       .known = {{"(2) 0 0", freed}, {"error", freed}, {"crash", freed}}});
  for (const auto& [text, op] : std::vector<std::pair<std::string, std::string>>{
           {pair + "mul 0 0 mul 1 0", "*"},
           {pair + "exp 0", "exp"},
           {pair + "log 0", "log"},
           {pair + "tanh 0", "tanh"},
           {pair + "sin 0", "sin"},
           {pair + "cos 0", "cos"},
           {pair + "leaf 1 2 2 4 div 0 1", "/"},
           {"leaf 2 2 2 1 2 3 5 leaf 2 2 1 0.5 -1 matmul 0 1 mul 2 2", "matmul"},
           {"leaf 2 2 2 1 2 3 5 transpose 0 mul 1 0 mul 2 2", "transpose"},
           {"leaf 2 2 2 1 2 3 5 axis 0 0 mul 1 1 mul 2 1", "sum"},
           {"leaf 1 2 1 2 broadcast_to 0 2 3 2 mul 1 1 mul 2 1", "broadcast_to"}}) {
    cases.push_back(of_order(
        one, 2, Program(text), raw(op),
        {{"error", freed},
         {"crash", "look for a reference to a node: the list of nodes moves while the rules record"}}));
  }
  for (const char* text : {"exp 0", "tanh 0", "sin 0"})
    cases.push_back(of_order(one, 3, Program(pair + text), raw(text), {{"error", freed}}));

  const Program plain(pair + "exp 0 tanh 1");
  const std::string asked_for =
      "without create_graph the sweep must record nothing, with it everything, and recording must be as "
      "before when it ends";
  cases.push_back({.question = quiet,
                   .asked = "how many nodes grad adds without create_graph, whether it adds more with it, "
                            "and whether the tape still records, of " +
                            plain.formula(),
                   .input = "recorded" + plain.input(),
                   .expected = "0 more on",
                   .hint = asked_for,
                   .known = {{"0 nothing", "with create_graph the sweep has to be recorded"},
                             {"0 more off", "which line switches recording on again?"}}});

  const Program flat_one("leaf 1 3 1 2 3 const 1 3 4 5 6 mul 0 1 sum 2");
  const std::string no_hessian =
      "the gradient of a linear function is a constant and has no tape: its gradient is zeros, not an error";
  cases.push_back({.question = linear,
                   .asked = "hvp of f at v0, with v = 1 1 1, of " + flat_one.formula(),
                   .input = "hvp 1 3 1 1 1" + flat_one.input(),
                   .expected = "(3) 0 0 0 free once",
                   .hint = no_hessian,
                   .known = {{"crash", no_hessian}, {"error", no_hessian}}});

  Draws draws(seed);
  const Program square("leaf 1 3 0.5 -1 2 const 1 3 1 2 3 mul 0 0 mul 2 0 mul 3 1 sum 4 sum 0 mul 5 6");
  add_hessian_cases(cases, square, 3, draws);
  const Program scales = two_scales(draws.between(0.5, 1), true);
  cases.push_back(of_order("two scales at once", 2, scales, kNoStepFits));
  const Tensor v = draws.array({2});
  cases.push_back(
      {.question = "two scales at once",
       .asked = fmt::format("hvp of f at v0, with v ={}, of {}", digits(v.to_vector()), scales.formula()),
       .input = "hvp" + as_input(v) + scales.input(),
       .expected = as_answer({sum(scales.hessian() * v, 1)}) + " free once",
       .hint = kNoStepFits});
  for (const Program& program : draw_rules(draws, true)) {
    cases.push_back(of_order(one, 1, program, kAnySize));
    cases.push_back(of_order(one, 2, program, kAnySize));
  }
  for (const int n : {1, 2, 4, 6}) add_hessian_cases(cases, draw_function(n, draws.seed()), n, draws);
  cases.push_back(signs_case(4, draws.seed()));
  for (int i = 0; i < 40; ++i)
    cases.push_back(of_order(second, 2, draw_array_program(2 + i / 6, draws.seed()),
                             "every single rule was checked before: what is used twice, or broadcast?"));
  for (int i = 0; i < 20; ++i)
    cases.push_back(of_order(third, 3, draw_array_program(2 + i / 6, draws.seed()),
                             "the second order is right: is something in the sweep itself not recorded?"));
  for (const Program& program : draw_large_programs(draws))
    cases.push_back(of_order(large, 2, program, kLarge));
  for (Case& random : cases)
    if (random.question == large || random.question == second || random.question == third)
      random.tolerance = 1e-10;
  // Where the sweep is not recorded no rule is to blame, and where a rule is wrong no graph of many.
  for (Case& built : cases) {
    if (built.question == quiet || built.question == linear || built.question == probes ||
        built.question == swept)
      continue;
    built.after = built.question == one ? quiet : one;
  }
  return cases;
}

}  // namespace gradzoo::course
