#include <array>
#include <cstdlib>
#include <span>

#include <fmt/format.h>

#include "gradzoo/autograd/grad.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/base/error.h"
#include "gradzoo/explain/explain.h"
#include "tools/course/ask.h"
#include "tools/course/compile.h"
#include "tools/course/folder.h"

namespace gradzoo::course {
namespace {

struct LearnersNode {
  int op, a, b;
  double value;
};

struct LearnersTape {
  std::vector<LearnersNode> nodes;
  size_t y = 0;
  std::vector<double> adjoints;  // empty before step 2
};

// The words of driver/mine.cpp.
LearnersTape read_tape(const std::string& text) {
  const std::vector<std::string> words = words_of(text);
  const auto number = [&](size_t i) {
    if (i >= words.size()) throw Error("course: mine() left no whole tape. Hint: gradzoo course check DIR 1");
    return std::strtod(words[i].c_str(), nullptr);
  };
  LearnersTape tape;
  const auto n = static_cast<size_t>(number(0));
  tape.y = static_cast<size_t>(number(1));
  for (size_t i = 0; i < n; ++i) {
    const size_t at = 2 + 4 * i;
    const LearnersNode node{static_cast<int>(number(at)), static_cast<int>(number(at + 1)),
                            static_cast<int>(number(at + 2)), number(at + 3)};
    const auto here = static_cast<int>(i);
    if (node.op < 0 || node.op > 9 || node.a >= here || node.b >= here || (node.op > 0 && node.a < 0))
      throw Error(
          "course: node {} of mine()'s tape has an operand that does not stand before it. Hint: gradzoo "
          "course check DIR 1",
          i);
    tape.nodes.push_back(node);
  }
  if (tape.y >= n)
    throw Error("course: mine() gives a value that is not on its tape. Hint: return what you made");
  for (size_t i = 2 + 4 * n; i < words.size(); ++i) tape.adjoints.push_back(number(i));
  return tape;
}

Tensor replayed(const LearnersNode& node, const Tensors& made) {
  const Tensor& a = made[static_cast<size_t>(node.a)];
  const Tensor b = node.b < 0 ? a : made[static_cast<size_t>(node.b)];
  switch (node.op) {
    case 1:
      return add(a, b);
    case 2:
      return sub(a, b);
    case 3:
      return mul(a, b);
    case 4:
      return div(a, b);
    case 5:
      return exp(a);
    case 6:
      return log(a);
    case 7:
      return sin(a);
    case 8:
      return tanh(a);
    default:
      return pow(a, b);
  }
}

std::string line_of(const LearnersTape& tape, size_t i) {
  static constexpr std::array kNames = {"leaf", "add", "sub", "mul",  "div",
                                        "exp",  "log", "sin", "tanh", "pow"};
  const LearnersNode& node = tape.nodes[i];
  std::string operands = node.op == 0 ? "" : fmt::format("v{}", node.a);
  if (node.op != 0 && node.b >= 0) operands += fmt::format(", v{}", node.b);
  std::string line = fmt::format("v{} = {}({})  // yours: {:.6g}", i, kNames.at(static_cast<size_t>(node.op)),
                                 operands, node.value);
  if (i < tape.adjoints.size()) line += fmt::format(", adjoint {:.6g}", tape.adjoints[i]);
  return line;
}

}  // namespace

std::string tape_page(const std::string& folder) {
  const Built built = build_driver(folder, "mine", {"value.h", "mine.h"});
  if (!built.failure.empty()) throw Error("course: {}", built.failure);
  const Case asked{.question = "mine", .asked = "mine", .input = "mine", .expected = "", .hint = ""};
  const Answer answer = ask(built.program, folder, std::span(&asked, 1)).answers.front();
  if (answer.kind != Answer::Kind::words)
    throw Error("course: mine() failed: {}. Hint: gradzoo course check DIR 1", judge(asked, answer).came);
  const LearnersTape learners = read_tape(answer.text);
  // The same ops once more, on a tape that the explorer can read; what is yours stands beside each line.
  const Tape tape({.trace = true});
  std::vector<CodeLine> code;
  Tensors made, leaves;
  for (size_t i = 0; i < learners.nodes.size(); ++i) {
    const LearnersNode& node = learners.nodes[i];
    code.push_back(code_line(line_of(learners, i)));
    Tensor value =
        node.op == 0 ? on_tape(scalar(node.value, DType::f64).requires_grad_()) : replayed(node, made);
    if (node.op == 0) leaves.push_back(value);
    made.push_back(value.named(fmt::format("v{}", i)));
  }
  code.push_back(code_line(fmt::format("backward(v{})", learners.y)));
  grad(made[learners.y], leaves);
  return explain_html(
      tape, {.title = "Your tape",
             .summary = "What mine() in mine.h left on your own tape: the drawing and its adjoints are "
                        "gradzoo's, your value and your adjoint stand behind each line.",
             .code = code});
}

}  // namespace gradzoo::course
