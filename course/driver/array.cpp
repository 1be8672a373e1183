// Steps 4 and 5: runs programs on the learner's array.h.
#include "array.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "cases.h"

using course::Array;
using course::ArrayTape;
using course::Shape;

static_assert(std::is_same_v<decltype(course::hessian_trace({}, {})), double>,
              "hessian_trace must give a double");
static_assert(std::is_same_v<decltype(course::grad(Array{}, {Array{}})), std::vector<Array>>,
              "grad must give a std::vector<Array>");

namespace {

Shape read_shape(driver::Words& words) {
  Shape shape(static_cast<size_t>(words.integer()));
  for (int& size : shape) size = words.integer();
  return shape;
}

Array read_array(driver::Words& words) {
  const Shape shape = read_shape(words);
  return course::constant(shape, words.numbers(course::count(shape)));
}

struct Step {
  std::string op;
  int a = 0, b = 0;
  Shape shape;
  Array given;
};

// Each line makes the next array: `leaf RANK sizes numbers`, `const ...`, `exp i`, `add i j`, `axis i a`,
// `sum_to i RANK sizes`.
std::vector<Step> read_program(driver::Words& words) {
  std::vector<Step> program;
  for (std::string op = words.next(); op != "end" && !op.empty(); op = words.next()) {
    Step step;
    step.op = op;
    if (op == "leaf" || op == "const") {
      step.given = read_array(words);
    } else {
      step.a = words.integer();
      if (op == "add" || op == "sub" || op == "mul" || op == "div" || op == "matmul" || op == "axis")
        step.b = words.integer();
      if (op == "sum_to" || op == "broadcast_to") step.shape = read_shape(words);
    }
    program.push_back(step);
  }
  return program;
}

Array result_of(const Step& step, const std::vector<Array>& made) {
  const auto i = static_cast<size_t>(step.a), j = static_cast<size_t>(step.b);
  const std::string& op = step.op;
  const Array& a = made.at(i);
  if (op == "add") return a + made.at(j);
  if (op == "sub") return a - made.at(j);
  if (op == "mul") return a * made.at(j);
  if (op == "div") return a / made.at(j);
  if (op == "matmul") return matmul(a, made.at(j));
  if (op == "axis") return sum(a, step.b);
  if (op == "sum_to") return sum_to(a, step.shape);
  if (op == "broadcast_to") return broadcast_to(a, step.shape);
  if (op == "transpose") return transpose(a);
  if (op == "exp") return exp(a);
  if (op == "log") return log(a);
  if (op == "tanh") return tanh(a);
  if (op == "sin") return sin(a);
  if (op == "cos") return cos(a);
  return sum(a);
}

struct Ran {
  Array last;
  std::vector<Array> leaves;
};

// The leaves are the tape's; `first` stands in the place of the first one, where given.
Ran run(const std::vector<Step>& program, ArrayTape* tape, const Array* first = nullptr) {
  Ran ran;
  std::vector<Array> made;
  for (const Step& step : program) {
    if (step.op == "leaf" || step.op == "const") {
      Array given = step.given;
      if (step.op == "leaf" && first != nullptr) {
        given = *first;
        first = nullptr;
      } else if (step.op == "leaf" && tape != nullptr) {
        given = tape->leaf(given);
        ran.leaves.push_back(given);
      }
      made.push_back(given);
    } else {
      made.push_back(result_of(step, made));
    }
  }
  ran.last = made.back();
  return ran;
}

void answer_array(const Array& x, driver::Answer& answer) {
  answer.word(course::text(x.shape));
  for (size_t i = 0; i < x.values->size(); ++i) answer.number(x[i]);
}

}  // namespace

void driver::answer_case(Words& words, Answer& answer) {
  const std::string what = words.next();
  if (what == "signs") {
    const int draws = words.integer(), n = words.integer();
    std::mt19937_64 random(static_cast<uint64_t>(words.number()));
    bool signs = true;
    std::vector<double> products(static_cast<size_t>(n) * static_cast<size_t>(n), 0.0);
    for (int draw = 0; draw < draws; ++draw) {
      const Array v = course::probe({n}, random);
      for (const double sign : *v.values) signs = signs && std::abs(sign) == 1;
      for (int i = 0; i < n * n; ++i)
        products[static_cast<size_t>(i)] +=
            v[static_cast<size_t>(i / n)] * v[static_cast<size_t>(i % n)] / draws;
    }
    answer.word(signs ? "signs" : "others");
    for (const double product : products) answer.number(product);
    return;
  }
  const int order = what == "order" ? words.integer() : 1;
  const Array v = what == "hvp" || what == "probe" ? read_array(words) : Array{};
  const std::vector<Step> program = read_program(words);
  if (what == "hvp" || what == "probe" || what == "trace" || what == "mean") {
    size_t calls = 0;
    const course::ArrayFunction f = [&](const Array& x) {
      ++calls;
      return run(program, nullptr, &x).last;
    };
    const Array& x = program.front().given;
    if (what == "hvp") {
      const Array product = course::hvp(f, x, v);
      answer_array(product, answer);
      answer.word(product.tape == nullptr ? "free" : "bound");
      answer.word(calls == 1 ? "once" : "often");
    }
    if (what == "trace") {
      answer.number(course::hessian_trace(f, x));
      answer.word(calls <= x.values->size() ? "few" : "many");
    }
    if (what == "probe") {
      answer.number(course::trace_by_probe(f, x, v));
      answer.word(calls == 1 ? "once" : "often");
    }
    if (what == "mean") {  // over all 2^d vectors of signs, and the mean square of what is off it
      const size_t d = x.values->size(), all = size_t{1} << d;
      course::Numbers probes(all);
      double mean = 0, noise = 0;
      for (size_t bits = 0; bits < all; ++bits) {
        course::Numbers signs(d);
        for (size_t i = 0; i < d; ++i) signs[i] = (bits >> i & 1) != 0 ? 1 : -1;
        probes[bits] = course::trace_by_probe(f, x, course::constant(x.shape, signs));
        mean += probes[bits] / static_cast<double>(all);
      }
      for (const double probe : probes) noise += (probe - mean) * (probe - mean) / static_cast<double>(all);
      answer.number(mean);
      answer.number(noise);
    }
    return;
  }
  ArrayTape tape;
  const Ran ran = run(program, &tape);
  if (what == "values") answer_array(ran.last, answer);
  if (what == "nodes") answer.number(static_cast<double>(tape.nodes.size()));
  if (what == "order") {
    Array y = ran.last;
    for (int k = 1; k < order; ++k) {
      Array next = course::constant(0);
      for (const Array& g : course::grad(y, ran.leaves, true)) next = next + sum(g * g);
      y = next;
    }
    for (const Array& g : course::grad(y, ran.leaves)) answer_array(g, answer);
  }
  if (what == "again") {
    course::grad(ran.last, ran.leaves, true);
    for (const Array& g : course::grad(ran.last, ran.leaves)) answer_array(g, answer);
  }
  if (what == "recorded") {
    const size_t before = tape.nodes.size();
    course::grad(ran.last, ran.leaves, true);
    const size_t with = tape.nodes.size();
    course::grad(ran.last, ran.leaves);
    answer.number(static_cast<double>(tape.nodes.size() - with));
    answer.word(with > before ? "more" : "nothing");
    answer.word(tape.recording ? "on" : "off");
  }
}
