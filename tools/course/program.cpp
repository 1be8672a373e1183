#include "tools/course/program.h"

#include <cstdlib>
#include <map>

#include <fmt/format.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
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
  const auto number = [&] { return std::strtod(words.at(at++).c_str(), nullptr); };
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

}  // namespace gradzoo::course
