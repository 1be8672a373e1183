#pragma once

#include <array>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

/// Reverse-mode differentiation of any order, of numbers: the idea of gradzoo's engine on one page.
///
///   1. A variable is a number, and the place on the tape where it was made.
///   2. The tape is a list of what was computed, in order. An op that runs appends a line.
///   3. Each op has a rule: from g = dL/dy, the gradient of its output, it computes what the op contributes
///      to the gradients of its inputs.
///   4. grad() walks the list backwards and adds up what the rules give.
///   5. The rules compute in variables, by the same ops. So while grad() walks, they append lines of their
///      own, and what grad() returns can be differentiated again. That gives every order.
namespace micro {

/// A number, and its line on the tape: -1 for a constant.
struct Var {
  double value = 0;
  int line = -1;
};

/// What an op contributes to the gradients of its inputs a and b, given its output y and g = dL/dy.
using Gradients = std::array<Var, 2>;
using Rule = Gradients (*)(Var g, Var a, Var b, Var y);

/// A line of the tape: y = op(a, b), and the op's rule. A leaf, whose gradient is wanted, has no rule.
struct Node {
  Rule vjp = nullptr;
  Var a, b, y;
};

inline std::vector<Node> tape;
inline bool recording = true;

inline Var record(Rule vjp, double value, Var a = {}, Var b = {}) {
  const Var y{value, static_cast<int>(tape.size())};
  tape.push_back({vjp, a, b, y});
  return y;
}

inline Var leaf(double value) { return record(nullptr, value); }

/// The only way to compute: gives a number, and a line of the tape where an input has one.
template <class Op>
Var apply(Var a, Var b = {}) {
  const double value = Op::forward(a.value, b.value);
  const bool tracked = a.line >= 0 || b.line >= 0;
  return recording && tracked ? record(Op::vjp, value, a, b) : Var{value};
}

// The ops. Each has its value, and its rule in terms of these same functions.
inline Var operator+(Var a, Var b);
inline Var operator-(Var a, Var b);
inline Var operator*(Var a, Var b);
inline Var operator/(Var a, Var b);
inline Var sin(Var x);
inline Var cos(Var x);
inline Var exp(Var x);
inline Var log(Var x);
inline Var tanh(Var x);

struct Add {
  static double forward(double a, double b) { return a + b; }
  static Gradients vjp(Var g, Var, Var, Var) { return {g, g}; }
};
struct Sub {
  static double forward(double a, double b) { return a - b; }
  static Gradients vjp(Var g, Var, Var, Var) { return {g, Var{0} - g}; }
};
struct Mul {
  static double forward(double a, double b) { return a * b; }
  static Gradients vjp(Var g, Var a, Var b, Var) { return {g * b, g * a}; }
};
struct Div {
  static double forward(double a, double b) { return a / b; }
  static Gradients vjp(Var g, Var, Var b, Var y) { return {g / b, Var{0} - g * y / b}; }
};
struct Sin {
  static double forward(double x, double) { return std::sin(x); }
  static Gradients vjp(Var g, Var x, Var, Var) { return {g * cos(x), {}}; }
};
struct Cos {
  static double forward(double x, double) { return std::cos(x); }
  static Gradients vjp(Var g, Var x, Var, Var) { return {Var{0} - g * sin(x), {}}; }
};
struct Exp {
  static double forward(double x, double) { return std::exp(x); }
  static Gradients vjp(Var g, Var, Var, Var y) { return {g * y, {}}; }
};
struct Log {
  static double forward(double x, double) { return std::log(x); }
  static Gradients vjp(Var g, Var x, Var, Var) { return {g / x, {}}; }
};
struct Tanh {
  static double forward(double x, double) { return std::tanh(x); }
  static Gradients vjp(Var g, Var, Var, Var y) { return {g * (Var{1} - y * y), {}}; }
};

inline Var operator+(Var a, Var b) { return apply<Add>(a, b); }
inline Var operator-(Var a, Var b) { return apply<Sub>(a, b); }
inline Var operator*(Var a, Var b) { return apply<Mul>(a, b); }
inline Var operator/(Var a, Var b) { return apply<Div>(a, b); }
inline Var sin(Var x) { return apply<Sin>(x); }
inline Var cos(Var x) { return apply<Cos>(x); }
inline Var exp(Var x) { return apply<Exp>(x); }
inline Var log(Var x) { return apply<Log>(x); }
inline Var tanh(Var x) { return apply<Tanh>(x); }

/// dy/dx for each leaf x. With create_graph the walk is recorded, so that its results can be differentiated.
inline std::vector<Var> grad(Var y, std::span<const Var> xs, bool create_graph = false) {
  const auto lines = static_cast<size_t>(y.line + 1);
  std::vector<Var> gradients(lines);  // of each line; a constant 0 to begin with
  std::vector<char> reached(lines);   // whether it has been given one
  const auto accumulate = [&](Var input, Var gradient) {
    if (input.line < 0) return;
    const auto line = static_cast<size_t>(input.line);
    gradients[line] = reached[line] ? gradients[line] + gradient : gradient;
    reached[line] = true;
  };

  const bool was_recording = std::exchange(recording, create_graph);
  accumulate(y, Var{1});
  for (size_t line = lines; line-- > 0;) {
    const Node node = tape[line];  // a copy: the rule may make the list longer
    if (!reached[line] || !node.vjp) continue;
    const auto [to_a, to_b] = node.vjp(gradients[line], node.a, node.b, node.y);
    accumulate(node.a, to_a);
    accumulate(node.b, to_b);
  }
  recording = was_recording;

  std::vector<Var> wanted;
  for (const Var x : xs) wanted.push_back(x.line <= y.line ? gradients[static_cast<size_t>(x.line)] : Var{});
  return wanted;
}

}  // namespace micro
