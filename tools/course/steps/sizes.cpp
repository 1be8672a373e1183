#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tools/course/program.h"
#include "tools/course/steps/steps.h"

namespace gradzoo::course {
namespace {

constexpr double kPowers[] = {-9, -6, -3, -1, 1, 2.4, 6};

// Of which e^(2x) is finite; every seed has as many.
bool is_bearable(double x) { return x < std::pow(10, kPowers[5]); }

// 0, 1, -1 and 2, and one of either sign between each two of those powers of ten.
std::vector<double> draw_sizes(Draws& draws) {
  std::vector<double> sizes = {0, 1, -1, 2};
  for (size_t i = 0; i + 1 < std::size(kPowers); ++i)
    for (const int sign : {1, -1})
      sizes.push_back(sign * std::pow(10, draws.between(kPowers[i], kPowers[i + 1])));
  return sizes;
}

// Where an op and its derivatives to the second are numbers, and no infinities.
bool is_defined(const std::string& op, double x) {
  if (op == "exp") return is_bearable(x);
  if (op == "log") return x > 0;
  return true;
}

}  // namespace

std::vector<Program> draw_rules(Draws& draws, bool of_arrays) {
  const std::string leaf = of_arrays ? "leaf 1 1" : "leaf 0";
  std::vector<Program> programs;
  const auto add_pair = [&](const std::string& op, double a, double b) {
    programs.emplace_back(fmt::format("{0}{1} {0}{2} {3} 0 1", leaf, digits(a), digits(b), op));
  };
  for (const std::string op : {"exp", "log", "sin", "tanh", "cos"})
    for (const double x : draw_sizes(draws))
      if (is_defined(op, x) && (of_arrays || op != "cos"))
        programs.emplace_back(fmt::format("{}{} {} 0", leaf, digits(x), op));
  for (const char* op : {"add", "sub", "mul", "div"})
    for (const double x : draw_sizes(draws)) {
      const double other = draws.between(0.5, 2) * (draws.below(2) == 0 ? 1 : -1);
      add_pair(op, x, other);
      if (x != 0 || std::string(op) != "div") add_pair(op, other, x);
    }
  if (of_arrays) return programs;
  for (const double x : draw_sizes(draws)) {
    if (x > 0 && is_bearable(x)) add_pair("pow", x, draws.between(0.5, 2));
    if (is_bearable(std::abs(x))) add_pair("pow", draws.between(0.9, 1.1), x);
  }
  return programs;
}

}  // namespace gradzoo::course
