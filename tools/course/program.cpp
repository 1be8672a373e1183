#include "tools/course/program.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/text.h"
#include "tools/course/case.h"

namespace gradzoo::course {
namespace {

struct Operands {
  Tensors x;
  int axis = 0;
  Shape shape;
};

struct Op {
  const char*
      shown;  // with # for an array, $ for a number, @ for an axis, & for a shape, as they follow its name
  Tensor (*make)(const Operands& in);
};

template <Tensor (*f)(const Tensor&)>
Tensor one(const Operands& in) {
  return f(in.x[0]);
}
template <Tensor (*f)(const Tensor&, const Tensor&)>
Tensor two(const Operands& in) {
  return f(in.x[0], in.x[1]);
}

const Op& op_of(const std::string& name) {
  static const std::map<std::string, Op> kOps = {
      {"add", {"# + #", two<add>}},
      {"sub", {"# - #", two<sub>}},
      {"mul", {"# * #", two<mul>}},
      {"div", {"# / #", two<div>}},
      {"addn", {"# + $", two<add>}},
      {"muln", {"# * $", two<mul>}},
      {"nsub", {"$ - #", two<sub>}},
      {"ndiv", {"$ / #", two<div>}},
      {"pow", {"pow(#, #)", two<pow>}},
      {"exp", {"exp(#)", one<exp>}},
      {"log", {"log(#)", one<log>}},
      {"sin", {"sin(#)", one<sin>}},
      {"cos", {"cos(#)", one<cos>}},
      {"tanh", {"tanh(#)", one<tanh>}},
      {"sum", {"sum(#)", one<sum>}},
      {"axis", {"sum(#, axis @)", [](const Operands& in) { return sum(in.x[0], in.axis, true); }}},
      {"sum_to", {"sum_to(#, &)", [](const Operands& in) { return sum_to(in.x[0], in.shape); }}},
      {"broadcast_to",
       {"broadcast_to(#, &)", [](const Operands& in) { return broadcast_to(in.x[0], in.shape); }}},
      {"matmul", {"matmul(#, #)", [](const Operands& in) { return matmul(in.x[0], in.x[1]); }}},
      {"transpose", {"transpose(#)", [](const Operands& in) { return transpose(in.x[0]); }}}};
  return kOps.at(name);
}

constexpr size_t kMostShown = 10;

}  // namespace

void Program::add(const std::string& lines) {
  text += " " + lines;
  const std::vector<std::string> words = words_of(lines);
  size_t at = 0;
  const auto number = [&] { return parse_number<double>(words.at(at++)).value(); };
  const auto integer = [&] { return static_cast<int>(number()); };
  const auto read_shape = [&] {
    Shape shape;
    for (int rank = integer(); rank > 0; --rank) shape = shape.insert(shape.rank(), integer());
    return shape;
  };
  while (at < words.size()) {
    const std::string& name = words[at++];
    std::string formula;
    if (name == "leaf" || name == "const") {
      const Shape shape = read_shape();
      std::vector<double> numbers(static_cast<size_t>(shape.size()));
      for (double& x : numbers) x = number();
      made.push_back(tensor(numbers, shape, DType::f64));
      if (name == "leaf") leaves.push_back(made.back().requires_grad_());
      if (made.front().rank() == 0)  // a program on numbers
        formula = fmt::format("{:.6g}", numbers[0]);
      else
        formula =
            (name == "leaf" ? "" : "constant ") + shape.str() + (numbers.size() > 4 ? "" : digits(numbers));
    } else {
      const Op& op = op_of(name);
      Operands in;
      for (const char c : std::string(op.shown)) {
        if (c == '#') {
          const int i = integer();
          in.x.push_back(made.at(static_cast<size_t>(i)));
          formula += fmt::format("v{}", i);
        } else if (c == '$') {
          in.x.push_back(scalar(number(), DType::f64));
          formula += fmt::format("{:.6g}", in.x.back().item());
          ++nodes;
        } else if (c == '@') {
          formula += std::to_string(in.axis = integer());
        } else if (c == '&') {
          formula += (in.shape = read_shape()).str();
        } else {
          formula += c;
        }
      }
      made.push_back(op.make(in));
    }
    ++nodes;
    if (const size_t i = made.size() - 1; i < kMostShown)
      shown += fmt::format("{}v{} = {}", i > 0 ? "; " : "", i, formula);
  }
}

std::string Program::formula() const {
  return made.size() <= kMostShown ? shown : fmt::format("{}; ... ({} lines)", shown, made.size());
}

Tensors Program::gradients(int order, int of) const {
  const Tape tape;
  const Program run(text);
  Tensor y = sum(of < 0 ? run.made.back() : run.made.at(static_cast<size_t>(of)));
  for (int k = 1;; ++k) {
    Tensors found;
    if (y.requires_grad())
      found = grad(y, run.leaves, {.create_graph = true});
    else  // the gradient of what is linear
      for (const Tensor& x : run.leaves) found.push_back(zeros_like(x));
    y = scalar(0, DType::f64);
    for (Tensor& g : found) {
      y = y + sum(g * g);
      g = g.detach();
    }
    if (k == order) return found;
  }
}

Tensor Program::hessian() const {
  const Tape tape;
  const Program run(text);
  const Tensor& x = run.leaves.front();
  const Tensor g = reshape(grad(run.made.back(), x, {.create_graph = true}), {x.size()});
  Tensors rows;
  for (int64_t i = 0; i < x.size(); ++i) rows.push_back(grad(g[i], x, {.retain_graph = true}));
  return stack(rows).detach();
}

std::string as_input(const Tensor& x) {
  std::string text = fmt::format(" {}", x.rank());
  for (const int64_t size : x.shape()) text += fmt::format(" {}", size);
  return text + digits(x.to_vector());
}

std::string as_answer(const Tensors& arrays) {
  std::string text;
  for (const Tensor& x : arrays) text += " " + x.shape().str() + digits(x.to_vector());
  return text;
}

std::vector<double> numbers_of(const Tensors& arrays) {
  std::vector<double> all;
  for (const Tensor& x : arrays)
    for (const double number : x.to_vector()) all.push_back(number);
  return all;
}

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

std::vector<Program> draw_large_programs(Draws& draws) {
  // h = tanh x exp(a) + sin x / exp(cos b), three axes; then sums of it.
  const Tensor x = draws.array({3, 4, 5}), a = draws.array({4, 1}), b = draws.array({3, 1, 5});
  // The same of matrices, whose product is summed by rows.
  const Tensor m = draws.array({40, 60}), w = draws.array({60, 50}, 0.1);
  const std::string three =
      "tanh 0 exp 1 mul 3 4 sin 0 cos 2 exp 7 div 6 8 add 5 9 axis 10 1 mul 10 11 log 8 sub 12 13 mul 14 14";
  const std::string matrices =
      "matmul 0 1 tanh 2 transpose 3 sin 4 cos 3 transpose 6 mul 5 7 exp 8 axis 9 0 div 9 10 log 9 sub 11 12 "
      "mul 13 13";
  return {Program("leaf" + as_input(x) + " leaf" + as_input(a) + " leaf" + as_input(b) + " " + three),
          Program("leaf" + as_input(m) + " leaf" + as_input(w) + " " + matrices)};
}

Program two_scales(double x, bool curved) {
  constexpr double kSteep = 0x1p100;
  return Program(
      fmt::format("leaf 1 2{}{} const 1 2{}{} mul 0 1 sum 2 {} 3 const 0{} mul 4 5 sin 0 sum 7 add 6 8",
                  digits(x), digits(x), digits(kSteep), digits(-kSteep), curved ? "exp" : "tanh",
                  digits(curved ? 1 / kSteep / kSteep : 1 / kSteep)));
}

}  // namespace gradzoo::course
