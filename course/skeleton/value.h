// Steps 1 and 2: values that remember how they were computed, and the sweep that computes derivatives from
// that memory.
#pragma once

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace course {

/// The exception that a gap throws until you fill it.
struct NotWritten : std::logic_error {
  explicit NotWritten(const std::string& what) : std::logic_error("not written yet: " + what) {}
};

enum class Op { leaf, add, sub, mul, div, exp, log, sin, tanh, pow };

/// One line of a tape: an op, the places of its operands on the same tape, and the result.
struct Node {
  Op op = Op::leaf;
  int a = -1, b = -1;  // -1: there is no such operand
  double value = 0;
};

class Tape;

/// A handle: it has no number, but the tape and the place of the number on it.
struct Value {
  Tape* tape = nullptr;
  int index = -1;

  double value() const;
};

/// The ops in their order. A node's operands come before it.
class Tape {
 public:
  std::vector<Node> nodes;

  /// A number that comes from outside: a node without operands.
  Value leaf(double value);
  /// A number in a formula, the 3 of `3 * x`.
  Value constant(double value);
  /// The result of an op; b is Value{} if the op has one operand. Throws std::invalid_argument for operands
  /// on another tape.
  Value record(Op op, Value a, Value b, double value);
};

// ---------------------------------------------------------------------------------------------------- step 1

inline double Value::value() const {
  throw NotWritten("Value::value, what stands on the tape at this place");
}

inline Value Tape::leaf(double value) {
  throw NotWritten("Tape::leaf, a node without operands at the end of the tape");
}

inline Value Tape::constant(double value) {
  throw NotWritten("Tape::constant, is it any different from a leaf?");
}

inline Value Tape::record(Op op, Value a, Value b, double value) {
  throw NotWritten("Tape::record, a node that knows its operands");
}

inline Value operator+(Value a, Value b) {
  throw NotWritten("operator+ of two values");
}

inline Value operator-(Value a, Value b) {
  throw NotWritten("operator- of two values");
}

inline Value operator*(Value a, Value b) {
  throw NotWritten("operator* of two values");
}

inline Value operator/(Value a, Value b) {
  throw NotWritten("operator/ of two values");
}

inline Value exp(Value a) {
  throw NotWritten("exp");
}

inline Value log(Value a) {
  throw NotWritten("log, the natural one");
}

inline Value sin(Value a) {
  throw NotWritten("sin");
}

inline Value tanh(Value a) {
  throw NotWritten("tanh");
}

/// a to the power b.
inline Value pow(Value a, Value b) {
  throw NotWritten("pow, a to the power b");
}

// Ops with a number on one side; complete.
inline Value operator+(Value a, double b) { return a + a.tape->constant(b); }
inline Value operator-(Value a, double b) { return a - a.tape->constant(b); }
inline Value operator*(Value a, double b) { return a * a.tape->constant(b); }
inline Value operator/(Value a, double b) { return a / a.tape->constant(b); }
inline Value operator+(double a, Value b) { return b.tape->constant(a) + b; }
inline Value operator-(double a, Value b) { return b.tape->constant(a) - b; }
inline Value operator*(double a, Value b) { return b.tape->constant(a) * b; }
inline Value operator/(double a, Value b) { return b.tape->constant(a) / b; }

// ---------------------------------------------------------------------------------------------------- step 2

/// Passes node i's adjoint on: adds adjoint[i] times the derivative in an operand to that operand's adjoint.
inline void pull(const Tape& tape, int i, std::vector<double>& adjoint) {
  throw NotWritten("pull, the rule of each op");
}

/// dy/dv for every node v of y's tape, one number per node, 0 if y does not depend on v.
inline std::vector<double> backward(Value y) {
  throw NotWritten("backward, one pass over the tape in reverse");
}

}  // namespace course
