// Step 3: offers functions to the learner's gradcheck.h, and looks where they are asked.
#include <algorithm>
#include <cmath>
#include <type_traits>

#include "cases.h"
#include "gradcheck.h"

static_assert(std::is_same_v<decltype(course::gradcheck({}, {}, {})), bool>, "gradcheck must give a bool");

namespace {

// A function in postfix, on plain numbers: `x 0`, `c 2.5`, `add`, `exp`.
double evaluate(const std::vector<std::string>& words, const std::vector<double>& x) {
  std::vector<double> stack;
  const auto pop = [&] {
    const double top = stack.back();
    stack.pop_back();
    return top;
  };
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& op = words[i];
    if (op == "x") {
      stack.push_back(x.at(static_cast<size_t>(std::atoi(words[++i].c_str()))));
    } else if (op == "c") {
      stack.push_back(std::strtod(words[++i].c_str(), nullptr));
    } else if (op == "add" || op == "sub" || op == "mul" || op == "div" || op == "pow") {
      const double b = pop(), a = pop();
      stack.push_back(op == "add"   ? a + b
                      : op == "sub" ? a - b
                      : op == "mul" ? a * b
                      : op == "div" ? a / b
                                    : std::pow(a, b));
    } else {
      const double a = pop();
      stack.push_back(op == "exp"    ? std::exp(a)
                      : op == "log"  ? std::log(a)
                      : op == "sin"  ? std::sin(a)
                      : op == "tanh" ? std::tanh(a)
                                     : std::abs(a));
    }
  }
  return stack.back();
}

}  // namespace

void driver::answer_case(Words& words, Answer& answer) {
  const std::string what = words.next();
  const auto n = static_cast<size_t>(words.integer());
  const std::vector<double> x = words.numbers(n), gradient = words.numbers(n);
  const std::vector<double> here = x;
  std::vector<std::string> program;
  for (std::string word = words.next(); word != "end"; word = words.next()) program.push_back(word);
  double smallest = INFINITY, largest = 0;
  int above = 0, below = 0, several = 0, calls = 0;
  std::vector<int> moved(n, 0);
  const course::Function f = [&](const std::vector<double>& at) {
    ++calls;
    int changed = 0;
    for (size_t i = 0; i < n; ++i) {
      const double step = at.at(i) - here[i];
      if (step == 0) continue;
      ++changed;
      moved[i] = 1;
      (step > 0 ? above : below) += 1;
      const double relative = std::abs(step) / std::max(1.0, std::abs(here[i]));
      smallest = std::min(smallest, relative);
      largest = std::max(largest, relative);
    }
    several += changed > 1 ? 1 : 0;
    return evaluate(program, at);
  };
  if (what == "difference") {
    answer.number(course::difference(f, x, 0, gradient.at(0)));
    answer.number(calls);
    return;
  }
  answer.word(course::gradcheck(f, gradient, x) ? "true" : "false");
  answer.word("|");
  for (const int fact : {above, below, several, static_cast<int>(std::count(moved.begin(), moved.end(), 1))})
    answer.number(fact);
  answer.number(smallest);
  answer.number(largest);
}
