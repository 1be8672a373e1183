#include "tools/course/draws.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tools/course/case.h"

namespace gradzoo::course {
namespace {

// Whether an op may be drawn on a, and b or a number, far from where it has no derivative.
bool is_tame(const std::string& line, double a, double b) {
  if (line.starts_with("log")) return a > 0.2;
  if (line.starts_with("exp")) return a < 2.5;
  if (line.starts_with("pow")) return a > 0.2 && a < 4 && std::abs(b) < 3;
  if (line.starts_with("ndiv")) return std::abs(a) > 0.2;
  return !line.starts_with("div") || std::abs(b) > 0.2;
}

// Of (m, n) some axes of size 1, some left out.
Shape part_of(const Shape& whole, Draws& draws) {
  Shape part = whole;
  for (int axis = 0; axis < part.rank(); ++axis)
    if (draws.below(3) == 0) part.set(axis, 1);
  while (part.rank() > 0 && draws.below(4) == 0) part = part.erase(0);
  return part;
}

bool fits(const Shape& a, const Shape& b) {
  for (int axis = 1; axis <= std::min(a.rank(), b.rank()); ++axis)
    if (a[-axis] != b[-axis] && a[-axis] != 1 && b[-axis] != 1) return false;
  return true;
}

// One op on arrays that are there, by what their shapes allow; every result is of moderate size.
void draw_op(Program& program, Draws& draws) {
  const int n = static_cast<int>(program.made.size());
  const int a = std::max(0, n - 1 - draws.below(4)), b = draws.below(n);
  const Shape of_a = program.made[static_cast<size_t>(a)].shape();
  const bool fit = fits(of_a, program.made[static_cast<size_t>(b)].shape());
  const int op = draws.below(9);
  if (op < 3) {
    static constexpr const char* kOps[] = {"tanh", "sin", "cos"};
    program.add(fmt::format("{} {}", kOps[op], a));
  } else if (op == 3) {  // a / exp(sin b), never over 0
    if (fit) program.add(fmt::format("sin {} exp {} div {} {}", b, n, a, n + 1));
  } else if (op == 4) {
    if (of_a.rank() > 0) program.add(fmt::format("axis {} {} tanh {}", a, draws.below(of_a.rank()), n));
  } else if (op == 5) {
    if (of_a.rank() == 2) program.add(fmt::format("transpose {}", a));
  } else if (op == 6) {
    if (of_a.rank() != 2) return;
    const char* const given = draws.below(2) == 0 ? "leaf" : "const";
    const Tensor weight = draws.array({of_a[1], 1 + draws.below(3)});
    program.add(fmt::format("{}{} matmul {} {} tanh {}", given, as_input(weight), a, n, n + 1));
  } else if (fit) {
    static constexpr const char* kOps[] = {"add", "mul", "sub"};
    program.add(fmt::format("{} {} {} sin {}", kOps[draws.below(3)], a, b, n));
  }
}

}  // namespace

Tensor Draws::array(const Shape& shape, double scale) {
  std::vector<double> numbers(static_cast<size_t>(shape.size()));
  for (double& number : numbers) number = between(-scale, scale);
  return tensor(numbers, shape, DType::f64);
}

Program draw_scalar_program(int size, uint64_t seed) {
  static constexpr const char* kLines[] = {// of two values and a number
                                           "add {0} {1}", "sub {0} {1}", "mul {0} {1}", "div {0} {1}",
                                           "pow {0} {1}", "exp {0}",     "log {0}",     "sin {0}",
                                           "tanh {0}",    "addn {0}{2}", "muln {0}{2}", "nsub{2} {0}",
                                           "ndiv{2} {0}", "mul {0} {1}", "add {0} {1}"};
  Draws draws(seed);
  Program program;
  for (int leaves = 2 + draws.below(3); leaves > 0; --leaves)
    program.add("leaf 0" + digits(draws.between(0.2, 2)));
  const size_t wanted = program.made.size() + static_cast<size_t>(size);
  while (program.made.size() < wanted) {
    const std::string line = kLines[draws.below(static_cast<int>(std::size(kLines)))];
    const int n = static_cast<int>(program.made.size()), recent = std::max(0, n - 8);
    const int a = recent + draws.below(n - recent), b = draws.below(n);  // so that what is new is used
    const std::string number = digits(draws.between(0.5, 2));
    const auto value = [&](int i) { return program.made[static_cast<size_t>(i)].item(); };
    if (!is_tame(line, value(a), value(b))) continue;
    Program longer = program;
    longer.add(fmt::format(fmt::runtime(line), a, b, number));
    const double result = longer.made.back().item();
    if (std::isfinite(result) && std::abs(result) < 20) program = std::move(longer);
  }
  return program;
}

Program draw_array_program(int size, uint64_t seed) {
  Draws draws(seed);
  const Shape whole{1 + draws.below(3), 2 + draws.below(3)};
  Program program("leaf" + as_input(draws.array(whole)));
  for (int leaves = 1 + draws.below(3); leaves > 0; --leaves)
    program.add("leaf" + as_input(draws.array(part_of(whole, draws))));
  const size_t wanted = program.made.size() + static_cast<size_t>(size);
  while (program.made.size() < wanted) draw_op(program, draws);
  return program;
}

Program draw_function(int n, uint64_t seed) {
  Draws draws(seed);
  const Tensor x = draws.array({n}), w = draws.array({n, 3}), c = draws.array({n});
  const char* const bent = draws.below(2) == 0 ? "tanh" : "sin";
  const char* const wave = draws.below(2) == 0 ? "cos" : "exp";
  return Program(
      fmt::format("leaf{} const{} const{} mul 0 2 broadcast_to 3 2 1 {} matmul 4 1 {} 5 mul 6 5 {} 0 "
                  "sum 7 sum 8 mul 9 10 add 11 9",
                  as_input(x), as_input(w), as_input(c), n, bent, wave));
}

}  // namespace gradzoo::course
