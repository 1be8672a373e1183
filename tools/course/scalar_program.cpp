#include "tools/course/scalar_program.h"

#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "autograd/grad.h"
#include "autograd/ops.h"
#include "tools/course/case.h"
#include "tools/course/draws.h"

namespace gradzoo::course {
namespace {

bool is_unary(const std::string& op) { return op == "exp" || op == "log" || op == "sin" || op == "tanh"; }
bool number_first(const std::string& op) { return op.starts_with("n"); }
bool number_second(const std::string& op) { return !is_unary(op) && !number_first(op) && op.ends_with("n"); }

std::string sign_of(const std::string& op) {
  if (op.find("add") != std::string::npos) return "+";
  if (op.find("sub") != std::string::npos) return "-";
  return op.find("mul") != std::string::npos ? "*" : "/";
}

double plain(const std::string& op, double a, double b) {
  if (op == "exp") return std::exp(a);
  if (op == "log") return std::log(a);
  if (op == "sin") return std::sin(a);
  if (op == "tanh") return std::tanh(a);
  if (op == "pow") return std::pow(a, b);
  const std::string sign = sign_of(op);
  return sign == "+" ? a + b : sign == "-" ? a - b : sign == "*" ? a * b : a / b;
}

Tensor by_engine(const std::string& op, const Tensor& a, const Tensor& b) {
  if (op == "exp") return exp(a);
  if (op == "log") return log(a);
  if (op == "sin") return sin(a);
  if (op == "tanh") return tanh(a);
  if (op == "pow") return pow(a, b);
  const std::string sign = sign_of(op);
  return sign == "+" ? add(a, b) : sign == "-" ? sub(a, b) : sign == "*" ? mul(a, b) : div(a, b);
}

std::string formula_of(const ScalarLine& line) {
  const std::string a = fmt::format("v{}", line.a), b = fmt::format("v{}", line.b);
  const std::string number = fmt::format("{:.6g}", line.number);
  if (line.op == "leaf") return line.tape == 0 ? number : number + " on a second tape";
  if (is_unary(line.op)) return fmt::format("{}({})", line.op, a);
  if (line.op == "pow") return fmt::format("pow({}, {})", a, b);
  return fmt::format("{} {} {}", number_first(line.op) ? number : a, sign_of(line.op),
                     number_first(line.op)    ? b
                     : number_second(line.op) ? number
                                              : b);
}

struct Evaluated {
  Tensors values;
  Tensors leaves;
};

Evaluated evaluate(const ScalarProgram& program) {
  Evaluated all;
  const auto value = [&](int i) { return all.values[static_cast<size_t>(i)]; };
  for (const ScalarLine& line : program.lines) {
    const Tensor number = scalar(line.number, DType::f64);
    if (line.op == "leaf") {
      all.leaves.push_back(scalar(line.number, DType::f64).requires_grad_());
      all.values.push_back(all.leaves.back());
    } else {
      const Tensor a = number_first(line.op) ? number : value(line.a);
      const Tensor b = is_unary(line.op) || number_second(line.op) ? number : value(line.b);
      all.values.push_back(by_engine(line.op, a, b));
    }
  }
  return all;
}

bool moderate(double value) { return std::isfinite(value) && std::abs(value) < 20; }

}  // namespace

std::string ScalarProgram::text() const {
  std::string out;
  for (const ScalarLine& line : lines) {
    out += " " + line.op;
    if (line.op == "leaf") out += fmt::format(" {}", line.tape);
    if (number_first(line.op)) out += digits(line.number);
    if (line.a >= 0) out += fmt::format(" {}", line.a);
    if (line.b >= 0) out += fmt::format(" {}", line.b);
    if (line.op == "leaf" || number_second(line.op)) out += digits(line.number);
  }
  return out + " end";
}

std::string ScalarProgram::formula() const {
  constexpr size_t kMost = 10;
  std::string out;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i == kMost) return fmt::format("{}; ... ({} lines)", out, lines.size());
    out += fmt::format("{}v{} = {}", i > 0 ? "; " : "", i, formula_of(lines[i]));
  }
  return out;
}

std::vector<double> ScalarProgram::values() const {
  std::vector<double> values;
  for (const Tensor& value : evaluate(*this).values) values.push_back(value.item());
  return values;
}

std::vector<double> ScalarProgram::gradients(int y) const {
  const Tape tape;
  const Evaluated all = evaluate(*this);
  const Tensor root = y < 0 ? all.values.back() : all.values[static_cast<size_t>(y)];
  std::vector<double> found;
  for (const Tensor& g : grad(root, all.leaves)) found.push_back(g.item());
  return found;
}

ScalarProgram scalar_program(const std::string& text) {
  ScalarProgram program;
  const std::vector<std::string> words = words_of(text);
  size_t at = 0;
  const auto number = [&] { return std::strtod(words.at(at++).c_str(), nullptr); };
  const auto index = [&] { return static_cast<int>(number()); };
  while (at < words.size()) {
    ScalarLine line;
    line.op = words[at++];
    if (line.op == "leaf") {
      line.tape = index();
      line.number = number();
    } else if (is_unary(line.op)) {
      line.a = index();
    } else if (number_first(line.op)) {
      line.number = number();
      line.b = index();
    } else {
      line.a = index();
      if (number_second(line.op)) {
        line.number = number();
      } else {
        line.b = index();
      }
    }
    program.lines.push_back(line);
  }
  return program;
}

ScalarProgram draw_scalar_program(int size, uint64_t seed) {
  static const char* const kOps[] = {"add",  "sub",  "mul",  "div",  "pow",  "exp", "log", "sin",
                                     "tanh", "addn", "muln", "nsub", "ndiv", "mul", "add"};
  Draws draws(seed);
  ScalarProgram program;
  std::vector<double> values;
  for (int leaves = 2 + draws.below(3); leaves > 0; --leaves) {
    const double x = draws.between(0.2, 2);
    program.lines.push_back({"leaf", -1, -1, x, 0});
    values.push_back(x);
  }
  while (size > 0) {
    ScalarLine line;
    line.op = kOps[draws.below(static_cast<int>(std::size(kOps)))];
    const int n = static_cast<int>(values.size());
    const int recent = std::max(0, n - 8);  // so that what is new is used
    const int first = recent + draws.below(n - recent), second = draws.below(n);
    line.number = draws.between(0.5, 2);
    const double a = values[static_cast<size_t>(first)], b = values[static_cast<size_t>(second)];
    double result = 0;
    bool good = true;
    if (number_first(line.op)) {
      line.b = first;
      result = plain(line.op, line.number, a);
      good = line.op != "ndiv" || std::abs(a) > 0.2;
    } else {
      line.a = first;
      const bool two = !is_unary(line.op) && !number_second(line.op);
      if (two) line.b = second;
      result = plain(line.op, a, two ? b : line.number);
      if (line.op == "log") good = a > 0.2;
      if (line.op == "exp") good = a < 2.5;
      if (line.op == "pow") good = a > 0.2 && a < 4 && std::abs(b) < 3;
      if (line.op == "div") good = std::abs(b) > 0.2;
    }
    if (!good || !moderate(result)) continue;
    program.lines.push_back(line);
    values.push_back(result);
    --size;
  }
  return program;
}

}  // namespace gradzoo::course
