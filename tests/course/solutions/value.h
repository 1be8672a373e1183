// Steps 1 and 2: values that remember how they were made, and the sweep that makes derivatives of that
// memory.
#pragma once

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace course {

/// What a gap throws until you fill it.
struct NotWritten : std::logic_error {
  explicit NotWritten(const std::string& what) : std::logic_error("not written yet: " + what) {}
};

enum class Op { leaf, add, sub, mul, div, exp, log, sin, tanh, pow };

/// One line of a tape: an op, the places of its operands on the same tape, and what came out.
struct Node {
  Op op = Op::leaf;
  int a = -1, b = -1;  // -1: there is no such operand
  double value = 0;
};

class Tape;

/// A handle: it does not hold a number, it says where on which tape the number stands.
struct Value {
  Tape* tape = nullptr;
  int index = -1;

  double value() const;
};

/// What happened, in order. A node's operands stand before it.
class Tape {
 public:
  std::vector<Node> nodes;

  /// A number that comes from outside: a node without operands.
  Value leaf(double value);
  /// A number in a formula, the 3 of `3 * x`.
  Value constant(double value);
  /// The result of an op; b is Value{} where the op has one operand. Operands of another tape:
  /// std::invalid_argument.
  Value record(Op op, Value a, Value b, double value);
};

// ---------------------------------------------------------------------------------------------------- step 1

inline double Value::value() const {
  // gap: Value::value, what stands on the tape at this place
  return tape->nodes[static_cast<size_t>(index)].value;
  // end
}

inline Value Tape::leaf(double value) {
  // gap: Tape::leaf, a node without operands at the end of the tape
  nodes.push_back({Op::leaf, -1, -1, value});
  return {this, static_cast<int>(nodes.size()) - 1};
  // end
}

inline Value Tape::constant(double value) {
  // gap: Tape::constant, is it any different from a leaf?
  return leaf(value);
  // end
}

inline Value Tape::record(Op op, Value a, Value b, double value) {
  // gap: Tape::record, a node that knows its operands
  if (a.tape != this || (b.tape != nullptr && b.tape != this))
    throw std::invalid_argument("operands of two tapes");
  nodes.push_back({op, a.index, b.index, value});
  return {this, static_cast<int>(nodes.size()) - 1};
  // end
}

inline Value operator+(Value a, Value b) {
  // gap: operator+ of two values
  return a.tape->record(Op::add, a, b, a.value() + b.value());
  // end
}

inline Value operator-(Value a, Value b) {
  // gap: operator- of two values
  return a.tape->record(Op::sub, a, b, a.value() - b.value());
  // end
}

inline Value operator*(Value a, Value b) {
  // gap: operator* of two values
  return a.tape->record(Op::mul, a, b, a.value() * b.value());
  // end
}

inline Value operator/(Value a, Value b) {
  // gap: operator/ of two values
  return a.tape->record(Op::div, a, b, a.value() / b.value());
  // end
}

inline Value exp(Value a) {
  // gap: exp
  return a.tape->record(Op::exp, a, {}, std::exp(a.value()));
  // end
}

inline Value log(Value a) {
  // gap: log, the natural one
  return a.tape->record(Op::log, a, {}, std::log(a.value()));
  // end
}

inline Value sin(Value a) {
  // gap: sin
  return a.tape->record(Op::sin, a, {}, std::sin(a.value()));
  // end
}

inline Value tanh(Value a) {
  // gap: tanh
  return a.tape->record(Op::tanh, a, {}, std::tanh(a.value()));
  // end
}

/// a to the power b.
inline Value pow(Value a, Value b) {
  // gap: pow, a to the power b
  return a.tape->record(Op::pow, a, b, std::pow(a.value(), b.value()));
  // end
}

// With a number on one side; these are complete.
inline Value operator+(Value a, double b) { return a + a.tape->constant(b); }
inline Value operator-(Value a, double b) { return a - a.tape->constant(b); }
inline Value operator*(Value a, double b) { return a * a.tape->constant(b); }
inline Value operator/(Value a, double b) { return a / a.tape->constant(b); }
inline Value operator+(double a, Value b) { return b.tape->constant(a) + b; }
inline Value operator-(double a, Value b) { return b.tape->constant(a) - b; }
inline Value operator*(double a, Value b) { return b.tape->constant(a) * b; }
inline Value operator/(double a, Value b) { return b.tape->constant(a) / b; }

// ---------------------------------------------------------------------------------------------------- step 2

/// What node i passes on: adds adjoint[i] times its derivative in an operand to that operand's adjoint.
inline void pull(const Tape& tape, int i, std::vector<double>& adjoint) {
  // gap: pull, the rule of each op
  const Node& node = tape.nodes[static_cast<size_t>(i)];
  if (node.op == Op::leaf) return;
  const double g = adjoint[static_cast<size_t>(i)], y = node.value;
  const double a = tape.nodes[static_cast<size_t>(node.a)].value;
  const double b = node.b < 0 ? 0 : tape.nodes[static_cast<size_t>(node.b)].value;
  double da = 0, db = 0;
  if (node.op == Op::add) da = g, db = g;
  if (node.op == Op::sub) da = g, db = -g;
  if (node.op == Op::mul) da = g * b, db = g * a;
  if (node.op == Op::div) da = g / b, db = -g * a / (b * b);
  if (node.op == Op::exp) da = g * y;
  if (node.op == Op::log) da = g / a;
  if (node.op == Op::sin) da = g * std::cos(a);
  if (node.op == Op::tanh) da = g * (1 - y * y);
  if (node.op == Op::pow) da = g * b * std::pow(a, b - 1), db = g * y * std::log(a);
  adjoint[static_cast<size_t>(node.a)] += da;
  if (node.b >= 0) adjoint[static_cast<size_t>(node.b)] += db;
  // end
}

/// dy/dv for every node v of y's tape, one number a node, 0 where y does not depend on it.
inline std::vector<double> backward(Value y) {
  // gap: backward, one pass over the tape in reverse
  std::vector<double> adjoint(y.tape->nodes.size(), 0.0);
  adjoint[static_cast<size_t>(y.index)] = 1;
  for (int i = y.index; i >= 0; --i) pull(*y.tape, i, adjoint);
  return adjoint;
  // end
}

}  // namespace course
