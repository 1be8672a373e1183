// Steps 1 and 2: runs programs on the learner's value.h.
#include <type_traits>

#include "cases.h"

using course::Op;
using course::Tape;
using course::Value;

static_assert(std::is_same_v<decltype(Value{}.value()), double>, "Value::value() must give a double");
static_assert(std::is_same_v<decltype(Tape{}.leaf(1.0)), Value>, "Tape::leaf must give a Value");
static_assert(std::is_same_v<decltype(Value{} * Value{}), Value>, "an op on Values must give a Value");
static_assert(std::is_same_v<decltype(course::backward(Value{})), std::vector<double>>,
              "backward must give a std::vector<double>");

namespace {

struct Ran {
  std::vector<Value> values;
  std::vector<bool> is_leaf;
};

// Each line of a program makes the next value: `leaf TAPE x`, `exp i`, `add i j`, `addn i x`, `nadd x i`.
Ran run(Tape (&tapes)[2], driver::Words& words) {
  Ran ran;
  const auto value = [&] { return ran.values.at(static_cast<size_t>(words.integer())); };
  for (std::string op = words.next(); op != "end" && !op.empty(); op = words.next()) {
    Value made;
    if (op == "leaf") {
      Tape& tape = tapes[words.integer()];
      made = tape.leaf(words.number());
    } else if (op == "exp" || op == "log" || op == "sin" || op == "tanh") {
      const Value a = value();
      made = op == "exp" ? exp(a) : op == "log" ? log(a) : op == "sin" ? sin(a) : tanh(a);
    } else if (op[0] == 'n') {
      const double c = words.number();
      const Value b = value();
      made = op == "nadd" ? c + b : op == "nsub" ? c - b : op == "nmul" ? c * b : c / b;
    } else {
      const Value a = value();
      if (op.back() == 'n') {
        const double c = words.number();
        made = op == "addn" ? a + c : op == "subn" ? a - c : op == "muln" ? a * c : a / c;
      } else {
        const Value b = value();
        made = op == "add"   ? a + b
               : op == "sub" ? a - b
               : op == "mul" ? a * b
               : op == "div" ? a / b
                             : pow(a, b);
      }
    }
    ran.values.push_back(made);
    ran.is_leaf.push_back(op == "leaf");
  }
  return ran;
}

void answer_values(const Ran& ran, driver::Answer& answer) {
  for (const Value& value : ran.values) answer.number(value.value());
}

void answer_gradients(const Ran& ran, const std::vector<double>& adjoint, driver::Answer& answer) {
  for (size_t i = 0; i < ran.values.size(); ++i)
    if (ran.is_leaf[i]) answer.number(adjoint.at(static_cast<size_t>(ran.values[i].index)));
}

}  // namespace

void driver::answer_case(Words& words, Answer& answer) {
  static const char* const kNames[] = {"leaf", "add", "sub", "mul",  "div",
                                       "exp",  "log", "sin", "tanh", "pow"};
  const std::string what = words.next();
  Tape tapes[2];
  if (what == "chain") {  // y = y * c, n times
    const int n = words.integer();
    const Value x = tapes[0].leaf(words.number());
    const double c = words.number();
    Value y = x;
    for (int i = 0; i < n; ++i) y = y * c;
    answer.number(backward(y).at(static_cast<size_t>(x.index)));
    return;
  }
  if (what == "between") {  // backward of value k, though the tape goes on
    const auto k = static_cast<size_t>(words.integer());
    const Ran ran = run(tapes, words);
    answer_gradients(ran, backward(ran.values.at(k)), answer);
    return;
  }
  const double passed = what == "pull" ? words.number() : 0;
  const Ran ran = run(tapes, words);
  const Value last = ran.values.back();
  if (what == "pull") {  // on adjoints that are there already
    std::vector<double> adjoint(tapes[0].nodes.size());
    for (size_t i = 0; i < adjoint.size(); ++i) adjoint[i] = .25 * static_cast<double>(i + 1);
    adjoint.back() = passed;
    pull(tapes[0], last.index, adjoint);
    for (const double number : adjoint) answer.number(number);
  }
  if (what == "first") answer.number(backward(last).at(static_cast<size_t>(ran.values[0].index)));
  if (what == "values") answer_values(ran, answer);
  if (what == "late") {
    for (int i = 0; i < 1000; ++i) tapes[0].leaf(i);
    answer_values(ran, answer);
  }
  if (what == "nodes") {
    for (const course::Node& node : tapes[0].nodes) {
      answer.word(kNames[static_cast<int>(node.op)]);
      for (const int operand : {node.a, node.b})
        if (operand >= 0) answer.word(std::to_string(operand));
    }
  }
  if (what == "sizes")
    for (const Tape& tape : tapes) answer.number(static_cast<double>(tape.nodes.size()));
  if (what == "order") {  // parents before children, on every node
    bool right = true;
    for (size_t i = 0; i < tapes[0].nodes.size(); ++i) {
      const course::Node& node = tapes[0].nodes[i];
      right = right && node.a < static_cast<int>(i) && node.b < static_cast<int>(i);
    }
    answer.number(static_cast<double>(tapes[0].nodes.size()));
    answer.number(right ? 1 : 0);
  }
  if (what == "gradients") answer_gradients(ran, backward(last), answer);
  if (what == "twice") {
    backward(last);
    answer_gradients(ran, backward(last), answer);
  }
  if (what == "size") {
    answer.number(static_cast<double>(backward(last).size()));
    answer.number(static_cast<double>(tapes[0].nodes.size()));
  }
}
