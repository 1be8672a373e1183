#include <cmath>
#include <string>

#include <fmt/format.h>

#include "gradzoo/base/text.h"
#include "tools/course/steps/steps.h"

namespace gradzoo::course {
namespace {

// What a check asked of its function: the words after "|".
struct Facts {
  double above = 0, below = 0, several = 0, moved = 0, smallest = 0, largest = 0;
};

Facts facts_of(const Answer& answer) {
  const size_t bar = answer.text.find('|');
  if (bar == std::string::npos) return {};
  const std::vector<std::string> words = words_of(answer.text.substr(bar + 1));
  const auto number = [&](size_t i) {
    return i < words.size() ? parse_number<double>(words[i]).value_or(0) : 0;
  };
  return {number(0), number(1), number(2), number(3), number(4), number(5)};
}

// By where f was evaluated: what is wrong whatever f is.
std::string by_points(const Answer& answer, size_t coordinates) {
  const Facts facts = facts_of(answer);
  if (facts.several > 0)
    return "f was called with two coordinates moved at once: is x put back after each one?";
  const bool right = answer.text.starts_with(" true");
  if (right && facts.above + facts.below == 0) return "f was never called: this check cannot fail";
  if (right && facts.moved < static_cast<double>(coordinates))
    return "not every coordinate was moved: the check ends too early";
  if (facts.above == 0 || facts.below == 0)
    return facts.above + facts.below == 0 ? ""
                                          : "f was called on only one side of x: the error of a one-sided "
                                            "difference falls as h, of a central one as h^2";
  if (facts.smallest < 1e-9)
    return "h is so small that the difference of two values is rounding error: what is left of 16 digits?";
  if (facts.largest > 3e-3) return "h is so large that f bends between the two points";
  return "";
}

struct Asked {
  std::vector<double> x;
  std::string f, shown;  // postfix, and for a person
  std::vector<double> gradient;
};

Case check_case(const std::string& question, const Asked& asked, bool right, const std::string& hint) {
  const size_t n = asked.x.size();
  return {.question = question,
          .asked = fmt::format("whether ({} ) is the gradient of {} at ({} )", digits(asked.gradient),
                               asked.shown, digits(asked.x)),
          .input = fmt::format("check {}{}{} {} end", n, digits(asked.x), digits(asked.gradient), asked.f),
          .expected = right ? "true" : "false",
          .hint = hint,
          .diagnose = [n](const Answer& answer) { return by_points(answer, n); }};
}

// c exp(k x): its scale is c, its steepness k.
Asked steep(double c, double k, double x) {
  return {{x},
          fmt::format("c{} c{} x 0 mul exp mul", digits(c), digits(k)),
          fmt::format("{:.3g} exp({:.4g} x)", c, k),
          {c * k * std::exp(k * x)}};
}

// c (a0 x0 + a1 sin(x1) + x0 x1).
Asked two(double c, double a, double b, double x, double y) {
  return {
      {x, y},
      fmt::format("c{} c{} x 0 mul c{} x 1 sin mul add x 0 x 1 mul add mul", digits(c), digits(a), digits(b)),
      fmt::format("{:.3g} ({:.4g} x + {:.4g} sin y + x y)", c, a, b),
      {c * (a + y), c * (b * std::cos(y) + x)}};
}

}  // namespace

std::vector<Case> cases_of_gradcheck(uint64_t seed) {
  const std::string difference = "one difference", right = "55 right gradients",
                    false_one = "39 wrong gradients";
  std::vector<Case> cases;
  for (const double x : {0.5, 2.0}) {
    const Asked asked = steep(1, 1, x);
    const double h = 1e-4, central = std::exp(x) * std::sinh(h) / h;
    cases.push_back(
        {.question = difference,
         .asked = fmt::format("the central difference of exp at {} with h = 1e-4", x),
         .input = fmt::format("difference 1{}{} {} end", digits(x), digits(h), asked.f),
         .expected = digits(central) + " 2",
         .hint = "the values of f at x + h and at x - h, over the distance of the two points",
         .known = {{digits(central), "one difference calls f twice: above x and below x"},
                   {digits(2 * central), "how far are x + h and x - h from each other?"},
                   {digits(std::exp(x) * std::expm1(h) / h),
                    "that is a one-sided difference: its error falls as h, of a central one as h^2"},
                   {digits(central / 2), "how far are x + h and x - h from each other?"}},
         .tolerance = 1e-9});
  }
  const auto off = [](Asked asked, size_t i, double factor) {
    asked.gradient[i] *= factor;
    return asked;
  };
  const std::string absolute =
      "an error is small or large relative to the gradient: a fixed tolerance fits only one scale";
  const std::string loose = "a factor of 1.001 is a bug: differences are good to seven digits and more";
  // Public ones first; each shows what a usual check gets wrong.
  cases.push_back(
      check_case(right, steep(1, 1, 0.5), true, "the tolerance is too narrow for a plain function"));
  cases.push_back(
      check_case(right, two(1, 2, 3, 0.5, 1.5), true, "the tolerance is too narrow, or x is not put back"));
  cases.push_back(check_case(right, {{1e-4, 2}, "x 0 x 1 mul", "x y", {2, 1e-4}}, true,
                             "a right gradient is refused: is x put back before y moves?"));
  cases.push_back(check_case(right, steep(1, 300, 0.01), true,
                             "f is steep: does the error of the difference fall as h^2?"));
  cases.push_back(check_case(right, steep(1e8, 2, 0.5), true, absolute));
  cases.push_back(check_case(right, steep(1e-8, 2, 0.5), true, absolute));
  cases.push_back(check_case(right, two(1, 2, 3, 4e5, 1.5), true,
                             "x is large: x + h with a tiny h is x itself. The step must grow with x"));
  cases.push_back(
      check_case(right, steep(1, 1, 0), true, "x is 0: a step proportional to x is 0, and gives 0 / 0"));
  cases.push_back(check_case(right, two(1, 2, 3, 0, 1.5), true,
                             "one coordinate is 0: a step proportional to it is 0, and gives 0 / 0"));
  cases.push_back(check_case(right, {{0.3}, "x 0 c 1e7 add", "x + 10,000,000", {1}}, true,
                             "f is large and its gradient is not: the last digits of f are noise, which "
                             "divided by h exceeds the tolerance"));
  cases.push_back(
      check_case(false_one, off(steep(1, 1, 0.5), 0, 2), false, "this check accepts twice the gradient"));
  cases.push_back(check_case(false_one, off(steep(1, 1, 0.5), 0, 1.001), false, loose));
  cases.push_back(check_case(false_one, off(steep(1e-8, 2, 0.5), 0, 1.1), false, absolute));
  cases.push_back(check_case(false_one, off(two(1, 2, 3, 0.5, 0.75), 1, -1), false,
                             "one coordinate has the wrong sign: compare each one by itself, with its sign"));
  cases.push_back(check_case(false_one, off(two(1, 2, 3, 0.5, 0.75), 0, -1), false,
                             "one coordinate has the wrong sign: compare each one by itself, with its sign"));
  {
    Asked swapped = two(1, 2, 3, 0.5, 0.75);
    swapped.gradient[0] += 0.5;
    swapped.gradient[1] -= 0.5;
    cases.push_back(check_case(false_one, swapped, false,
                               "two errors that cancel in a sum: compare each coordinate by itself"));
    Asked mixed = two(1, 1e4, 3, 0.5, 0.75);
    mixed.gradient[1] *= 1.01;
    cases.push_back(check_case(false_one, mixed, false,
                               "a small coordinate next to a large one: each needs its own tolerance"));
    Asked nan = steep(1, 1, 0.5);
    nan.gradient[0] = NAN;
    cases.push_back(check_case(false_one, nan, false,
                               "a NaN passed: every comparison with it is false, so ask whether the error IS "
                               "small, not whether it is large"));
    cases.push_back(check_case(false_one, {{0}, "x 0 abs", "|x|, a kink,", {1}}, false,
                               "at a kink the difference lies between the slopes of both sides"));
  }
  // Where f does not change with y; a gradient that was lost; x that is 0, negative or large.
  const Asked flat{{0.5, 1.5}, "x 0 exp", "exp x (of x and y)", {std::exp(0.5), 0}};
  const std::string
      lost = "a gradient of 0 is checked like any other: f changes with this coordinate",
      bent = "a wrong gradient is accepted if x is 0, negative or large: is every coordinate compared?";
  cases.push_back(
      check_case(right, flat, true, "0 is right if f does not change: an error divided by it is 0 / 0"));
  cases.push_back(check_case(right, two(1, 2, 3, -0.5, -1.5), true,
                             "x is negative: is h the step that was made, with its sign?"));
  cases.push_back(
      check_case(right, two(1, 2, 3, -4e5, 1.5), true, "x is large and negative: the step grows with |x|"));
  Asked risen = flat;
  risen.gradient[1] = 0.1;
  cases.push_back(
      check_case(false_one, risen, false, "f does not change with this coordinate: compare it nevertheless"));
  for (const size_t i : {0U, 1U})
    cases.push_back(check_case(false_one, off(two(1, 2, 3, 0.5, 0.75), i, 0), false, lost));
  cases.push_back(check_case(false_one, off(steep(1, 1, 0), 0, 1.001), false, bent));
  for (const size_t i : {0U, 1U})
    cases.push_back(check_case(false_one, off(two(1, 2, 3, -0.5, -0.75), i, 1.01), false, bent));
  cases.push_back(check_case(false_one, off(two(1, 2, 3, 4e5, 1.5), 0, 1.01), false, bent));
  Asked infinite = steep(1, 1, 0.5);
  infinite.gradient[0] = INFINITY;
  cases.push_back(check_case(false_one, infinite, false,
                             "infinity passed: a tolerance that is a share of the gradient itself is "
                             "infinite, too. Use a share of the difference"));
  Draws draws(seed);
  for (int i = 0; i < 42; ++i) {
    const double scale = std::pow(10, draws.between(-9, 9));
    const bool one = i % 2 == 0;
    cases.push_back(check_case(
        right,
        one ? steep(scale, draws.between(0.5, 50), draws.between(-0.1, 0.1))
            : two(scale, draws.between(0.5, 3), draws.between(0.5, 3), draws.between(0.2, 2),
                  draws.between(0.2, 1)),
        true, "a right gradient is refused: is the tolerance the same for all scales and slopes?"));
  }
  for (int i = 0; i < 22; ++i) {
    const double scale = std::pow(10, draws.between(-9, 9));
    Asked asked = i % 2 == 0 ? steep(scale, draws.between(0.5, 50), draws.between(-0.1, 0.1))
                             : two(scale, draws.between(0.5, 3), draws.between(0.5, 3), draws.between(0.2, 2),
                                   draws.between(0.2, 1));
    const int wrong = draws.below(3);
    asked = off(asked, static_cast<size_t>(draws.below(static_cast<int>(asked.x.size()))),
                wrong == 0   ? 1.001
                : wrong == 1 ? -1
                             : 0.9);
    cases.push_back(check_case(false_one, asked, false,
                               "a wrong gradient is accepted: is the tolerance the same for all scales?"));
  }
  return cases;
}

}  // namespace gradzoo::course
