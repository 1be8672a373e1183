#include "tools/course/array_program.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "autograd/grad.h"
#include "autograd/ops.h"
#include "tools/course/case.h"
#include "tools/course/draws.h"

namespace gradzoo::course {
namespace {

bool has_two(const std::string& op) {
  return op == "add" || op == "sub" || op == "mul" || op == "div" || op == "matmul";
}
bool has_shape(const std::string& op) { return op == "sum_to" || op == "broadcast_to"; }
bool is_given(const std::string& op) { return op == "leaf" || op == "const"; }

Tensor result_of(const ArrayLine& line, const Tensor& a, const Tensor& b) {
  const std::string& op = line.op;
  if (op == "add") return add(a, b);
  if (op == "sub") return sub(a, b);
  if (op == "mul") return mul(a, b);
  if (op == "div") return div(a, b);
  if (op == "matmul") return matmul(a, b);
  if (op == "axis") return sum(a, line.b, true);
  if (op == "sum_to") return sum_to(a, line.shape);
  if (op == "broadcast_to") return broadcast_to(a, line.shape);
  if (op == "transpose") return transpose(a);
  if (op == "exp") return exp(a);
  if (op == "log") return log(a);
  if (op == "tanh") return tanh(a);
  if (op == "sin") return sin(a);
  if (op == "cos") return cos(a);
  return sum(a);
}

struct Ran {
  Tensors made, leaves;
};

Ran run(const ArrayProgram& program) {
  Ran ran;
  for (const ArrayLine& line : program.lines) {
    if (is_given(line.op)) {
      Tensor x = tensor(line.numbers, line.shape, DType::f64);
      if (line.op == "leaf") ran.leaves.push_back(x.requires_grad_());
      ran.made.push_back(x);
    } else {
      const Tensor a = ran.made[static_cast<size_t>(line.a)];
      ran.made.push_back(result_of(line, a, has_two(line.op) ? ran.made[static_cast<size_t>(line.b)] : a));
    }
  }
  return ran;
}

// Zeros where y is a constant, as the gradient of what is linear.
Tensors gradients_of(const Tensor& y, const Tensors& xs) {
  if (y.requires_grad()) return grad(y, xs, {.create_graph = true});
  Tensors zero;
  for (const Tensor& x : xs) zero.push_back(zeros_like(x));
  return zero;
}

std::string formula_of(const ArrayLine& line) {
  if (is_given(line.op)) {
    const std::string kind = line.op == "leaf" ? "" : "constant ";
    return line.numbers.size() > 4 ? kind + line.shape.str()
                                   : fmt::format("{}{}{}", kind, line.shape.str(), digits(line.numbers));
  }
  static const std::pair<const char*, const char*> kSigns[] = {
      {"add", "+"}, {"sub", "-"}, {"mul", "*"}, {"div", "/"}};
  for (const auto& [name, sign] : kSigns)
    if (line.op == name) return fmt::format("v{} {} v{}", line.a, sign, line.b);
  if (line.op == "matmul") return fmt::format("matmul(v{}, v{})", line.a, line.b);
  if (line.op == "axis") return fmt::format("sum(v{}, axis {})", line.a, line.b);
  if (has_shape(line.op)) return fmt::format("{}(v{}, {})", line.op, line.a, line.shape.str());
  return fmt::format("{}(v{})", line.op, line.a);
}

Shape read_shape(const std::vector<std::string>& words, size_t& at) {
  Shape shape;
  for (int rank = std::atoi(words.at(at++).c_str()); rank > 0; --rank)
    shape = shape.insert(shape.rank(), std::atoi(words.at(at++).c_str()));
  return shape;
}

// A program that is being drawn, and the shapes that it has.
class Drawing {
 public:
  explicit Drawing(uint64_t seed) : draws(seed) {}

  int add(ArrayLine line, Shape shape) {
    program.lines.push_back(std::move(line));
    shapes.push_back(shape);
    return static_cast<int>(shapes.size()) - 1;
  }
  int leaf(const Shape& shape, const char* op = "leaf") {
    std::vector<double> numbers(static_cast<size_t>(shape.size()));
    for (double& number : numbers) number = draws.between(-1, 1);
    return add({op, -1, -1, shape, numbers}, shape);
  }
  const Shape& shape(int i) const { return shapes[static_cast<size_t>(i)]; }

  Draws draws;
  ArrayProgram program;
  std::vector<Shape> shapes;
};

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
void draw_op(Drawing& drawing) {
  Draws& draws = drawing.draws;
  const int n = static_cast<int>(drawing.shapes.size());
  const int a = std::max(0, n - 1 - draws.below(4)), b = draws.below(n);
  const Shape of_a = drawing.shape(a), of_b = drawing.shape(b);
  switch (draws.below(9)) {
    case 0:
      drawing.add({"tanh", a}, of_a);
      return;
    case 1:
      drawing.add({"sin", a}, of_a);
      return;
    case 2:
      drawing.add({"cos", a}, of_a);
      return;
    case 3: {  // a / exp(sin b), never over 0
      if (!fits(of_a, of_b)) return;
      const int wave = drawing.add({"sin", b}, of_b);
      const int above_zero = drawing.add({"exp", wave}, of_b);
      drawing.add({"div", a, above_zero}, broadcast_shapes(of_a, of_b, "div"));
      return;
    }
    case 4:
      if (of_a.rank() == 0) return;
      {
        const int axis = draws.below(of_a.rank());
        Shape shape = of_a;
        shape.set(axis, 1);
        const int total = drawing.add({"axis", a, axis}, shape);
        drawing.add({"tanh", total}, shape);
      }
      return;
    case 5:
      if (of_a.rank() != 2) return;
      drawing.add({"transpose", a}, {of_a[1], of_a[0]});
      return;
    case 6:
      if (of_a.rank() == 2) {
        const int weight =
            drawing.leaf({of_a[1], 1 + draws.below(3)}, draws.below(2) == 0 ? "leaf" : "const");
        const Shape product{of_a[0], drawing.shape(weight)[1]};
        const int made = drawing.add({"matmul", a, weight}, product);
        drawing.add({"tanh", made}, product);
      }
      return;
    default:
      if (!fits(of_a, of_b)) return;
      static const char* const kOps[] = {"add", "mul", "sub"};
      const int made = drawing.add({kOps[draws.below(3)], a, b}, broadcast_shapes(of_a, of_b, "op"));
      drawing.add({"sin", made}, drawing.shape(made));
  }
}

}  // namespace

std::string words_of_shape(const Shape& shape) {
  std::string text = fmt::format(" {}", shape.rank());
  for (const int64_t size : shape) text += fmt::format(" {}", size);
  return text;
}

std::string words_of_array(const Tensor& x) { return x.shape().str() + digits(x.to_vector()); }

std::string ArrayProgram::text() const {
  std::string out;
  for (const ArrayLine& line : lines) {
    out += " " + line.op;
    if (line.a >= 0) out += fmt::format(" {}", line.a);
    if (line.b >= 0) out += fmt::format(" {}", line.b);
    if (is_given(line.op) || has_shape(line.op)) out += words_of_shape(line.shape);
    out += digits(line.numbers);
  }
  return out + " end";
}

std::string ArrayProgram::formula() const {
  constexpr size_t kMost = 10;
  std::string out;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i == kMost) return fmt::format("{}; ... ({} lines)", out, lines.size());
    out += fmt::format("{}v{} = {}", i > 0 ? "; " : "", i, formula_of(lines[i]));
  }
  return out;
}

std::string ArrayProgram::value() const { return words_of_array(run(*this).made.back()); }

std::string ArrayProgram::gradients(int order) const {
  const Tape tape;
  const Ran ran = run(*this);
  Tensor y = sum(ran.made.back());
  std::string text;
  for (int k = 1; k <= order; ++k) {
    Tensor next = scalar(0, DType::f64);
    const Tensors gradients = gradients_of(y, ran.leaves);
    for (const Tensor& g : gradients) {
      next = add(next, sum(mul(g, g)));
      if (k == order) text += " " + words_of_array(g);
    }
    y = next;
  }
  return text;
}

std::vector<double> ArrayProgram::hessian() const {
  const Tape tape;
  const Ran ran = run(*this);
  const Tensor& x = ran.leaves.front();
  const Tensor g = reshape(grad(ran.made.back(), x, {.create_graph = true}), {x.size()});
  std::vector<double> rows;
  for (int64_t i = 0; i < x.size(); ++i)
    for (const double number : grad(g[i], x, {.retain_graph = true}).to_vector()) rows.push_back(number);
  return rows;
}

ArrayProgram array_program(const std::string& text) {
  ArrayProgram program;
  const std::vector<std::string> words = words_of(text);
  size_t at = 0;
  while (at < words.size()) {
    ArrayLine line;
    line.op = words[at++];
    if (!is_given(line.op)) line.a = std::atoi(words.at(at++).c_str());
    if (has_two(line.op) || line.op == "axis") line.b = std::atoi(words.at(at++).c_str());
    if (is_given(line.op) || has_shape(line.op)) line.shape = read_shape(words, at);
    if (is_given(line.op))
      for (int64_t i = 0; i < line.shape.size(); ++i)
        line.numbers.push_back(std::strtod(words.at(at++).c_str(), nullptr));
    program.lines.push_back(line);
  }
  return program;
}

ArrayProgram draw_array_program(int size, uint64_t seed) {
  Drawing drawing(seed);
  const Shape whole{1 + drawing.draws.below(3), 2 + drawing.draws.below(3)};
  drawing.leaf(whole);
  for (int leaves = 1 + drawing.draws.below(3); leaves > 0; --leaves)
    drawing.leaf(part_of(whole, drawing.draws));
  const size_t wanted = drawing.shapes.size() + static_cast<size_t>(size);
  while (drawing.shapes.size() < wanted) draw_op(drawing);
  return drawing.program;
}

ArrayProgram draw_function(int n, uint64_t seed) {
  Drawing drawing(seed);
  const int x = drawing.leaf({n}), w = drawing.leaf({n, 3}, "const"), c = drawing.leaf({n}, "const");
  const int weighted = drawing.add({"mul", x, c}, {n});
  const int column = drawing.add({"broadcast_to", weighted, -1, {1, n}}, {1, n});
  const int mixed = drawing.add({"matmul", column, w}, {1, 3});
  const int bent = drawing.add({drawing.draws.below(2) == 0 ? "tanh" : "sin", mixed}, {1, 3});
  const int squares = drawing.add({"mul", bent, mixed}, {1, 3});
  const int wave = drawing.add({drawing.draws.below(2) == 0 ? "cos" : "exp", x}, {n});
  const int first = drawing.add({"sum", squares}, {}), second = drawing.add({"sum", wave}, {});
  const int product = drawing.add({"mul", first, second}, {});
  drawing.add({"add", product, first}, {});
  return drawing.program;
}

}  // namespace gradzoo::course
