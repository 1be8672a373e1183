// Steps 4 and 5: arrays instead of numbers, rules written with ops, and therefore derivatives of derivatives.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "value.h"

namespace course {

using Shape = std::vector<int>;
using Numbers = std::vector<double>;

inline size_t count(const Shape& shape) {
  size_t n = 1;
  for (const int size : shape) n *= static_cast<size_t>(size);
  return n;
}

inline std::string text(const Shape& shape) {
  std::string out = "(";
  for (size_t i = 0; i < shape.size(); ++i) out += (i > 0 ? "," : "") + std::to_string(shape[i]);
  return out + ")";
}

struct ArrayTape;

/// Row-major numbers (the last axis runs fastest), and a place on a tape. Copies share the numbers, which
/// never change.
struct Array {
  Shape shape;
  std::shared_ptr<const Numbers> values;  // null: no array
  ArrayTape* tape = nullptr;              // null: a constant
  int index = -1;

  double operator[](size_t i) const { return (*values)[i]; }
  double item() const { return (*values).at(0); }
};

/// Maps the gradient of a result y to the gradient of one operand. Written with ops, so that it can be
/// recorded.
using Rule = std::function<Array(const Array& g, const Array& y)>;

struct Operand {
  Array array;
  Rule rule;
};

struct ArrayNode {
  std::vector<Operand> operands;  // none: a leaf
  Array result;
};

struct ArrayTape {
  std::vector<ArrayNode> nodes;
  bool recording = true;

  Array leaf(const Array& x);
};

/// An array without a tape.
inline Array constant(Shape shape, Numbers values) {
  if (values.size() != count(shape))
    throw std::invalid_argument(std::to_string(values.size()) + " numbers for " + text(shape));
  return {std::move(shape), std::make_shared<const Numbers>(std::move(values)), nullptr, -1};
}
inline Array constant(double value) { return constant({}, {value}); }
inline Array filled(const Shape& shape, double value) {
  return constant(shape, Numbers(count(shape), value));
}
/// The same numbers without a history.
inline Array detach(const Array& x) { return {x.shape, x.values, nullptr, -1}; }

inline Array ArrayTape::leaf(const Array& x) {
  const Array made{x.shape, x.values, this, static_cast<int>(nodes.size())};
  nodes.push_back({{}, made});
  return made;
}

// ---------------------------------------------------------------------------------------------------- step 4

/// Puts a result on the tape of its operands, if it has one that records; a constant stays a constant.
inline Array record(Array result, std::vector<Operand> operands) {
  throw NotWritten("record, a node at the end of the operands' tape");
}

/// NumPy's rule: axes are compared from the last one on; sizes agree, or one of them is 1 or missing. Throws
/// std::invalid_argument if they do not fit.
inline Shape broadcast(const Shape& a, const Shape& b) {
  throw NotWritten("broadcast, the shape that both fit into");
}

/// The place in `small`, which was broadcast to `large`, of element i of `large`; complete.
inline size_t place(size_t i, const Shape& large, const Shape& small) {
  size_t at = 0, stride = 1;
  for (size_t axis = 1; axis <= small.size(); ++axis) {
    const auto n = static_cast<size_t>(large[large.size() - axis]);
    const auto m = static_cast<size_t>(small[small.size() - axis]);
    if (m != 1) at += i % n * stride;
    stride *= m;
    i /= n;
  }
  return at;
}

Array sum_to(const Array& x, const Shape& shape);

/// x repeated along new axes and axes of size 1; std::invalid_argument if the result cannot have `shape`.
inline Array broadcast_to(const Array& x, const Shape& shape) {
  throw NotWritten("broadcast_to, and its rule, which is a sum");
}

/// The inverse: sums over the axes that broadcasting `shape` to x.shape repeats; std::invalid_argument if
/// `shape` does not broadcast to x.shape.
inline Array sum_to(const Array& x, const Shape& shape) {
  throw NotWritten("sum_to, and its rule, which repeats");
}

inline Array sum(const Array& x) { return sum_to(x, {}); }

/// The sum over one axis, counted from 0, which stays with size 1; std::invalid_argument if there is no such
/// axis.
inline Array sum(const Array& x, int axis) {
  throw NotWritten("sum over one axis, by sum_to");
}

/// Apply fn to pairs of elements after broadcasting, or to each element; complete, and record nothing.
template <class Fn>
Array pointwise(const Array& a, const Array& b, Fn fn) {
  const Shape shape = broadcast(a.shape, b.shape);
  Numbers out(count(shape));
  if (a.shape == b.shape) {
    for (size_t i = 0; i < out.size(); ++i) out[i] = fn((*a.values)[i], (*b.values)[i]);
  } else {
    for (size_t i = 0; i < out.size(); ++i)
      out[i] = fn(a[place(i, shape, a.shape)], b[place(i, shape, b.shape)]);
  }
  return constant(shape, std::move(out));
}
template <class Fn>
Array pointwise(const Array& x, Fn fn) {
  Numbers out(*x.values);
  for (double& value : out) value = fn(value);
  return constant(x.shape, std::move(out));
}

Array operator+(const Array& a, const Array& b);
Array operator-(const Array& a, const Array& b);
Array operator*(const Array& a, const Array& b);
Array operator/(const Array& a, const Array& b);

// Ops with a number; complete, for use in your rules.
inline Array operator+(const Array& a, double b) { return a + constant(b); }
inline Array operator-(double a, const Array& b) { return constant(a) - b; }
inline Array operator*(double a, const Array& b) { return constant(a) * b; }
inline Array operator/(const Array& a, double b) { return a / constant(b); }

inline Array operator+(const Array& a, const Array& b) {
  throw NotWritten("operator+ of arrays; leave the summing back to grad");
}

inline Array operator*(const Array& a, const Array& b) {
  throw NotWritten("operator* of arrays");
}

inline Array operator-(const Array& a, const Array& b) {
  throw NotWritten("operator- of arrays");
}

inline Array operator/(const Array& a, const Array& b) {
  throw NotWritten("operator/ of arrays");
}

inline Array exp(const Array& x) {
  throw NotWritten("exp of arrays");
}

inline Array log(const Array& x) {
  throw NotWritten("log of arrays");
}

inline Array tanh(const Array& x) {
  throw NotWritten("tanh of arrays");
}

Array cos(const Array& x);
inline Array sin(const Array& x) {
  throw NotWritten("sin of arrays");
}

inline Array cos(const Array& x) {
  throw NotWritten("cos of arrays, which the rule of sin asks for");
}

/// (m, n) -> (n, m); std::invalid_argument for other shapes.
inline Array transpose(const Array& x) {
  throw NotWritten("transpose");
}

/// (m, k) times (k, n) -> (m, n); std::invalid_argument for shapes that do not fit.
inline Array matmul(const Array& a, const Array& b) {
  throw NotWritten("matmul, and its two rules");
}

/// Switches a tape's recording for as long as it lives; complete.
struct Recording {
  Recording(ArrayTape& which, bool on) : tape(which), before(which.recording) { tape.recording = on; }
  ~Recording() { tape.recording = before; }
  Recording(const Recording&) = delete;

  ArrayTape& tape;
  bool before;
};

/// Which nodes up to `last` depend on one of xs: other nodes need no gradient. Complete.
inline std::vector<bool> leads_to(const ArrayTape& tape, int last, const std::vector<Array>& xs) {
  std::vector<bool> leads(static_cast<size_t>(last) + 1, false);
  for (const Array& x : xs)
    if (x.index >= 0 && x.index <= last) leads[static_cast<size_t>(x.index)] = true;
  for (size_t i = 0; i < leads.size(); ++i)
    for (const Operand& operand : tape.nodes[i].operands)
      if (operand.array.index >= 0 && leads[static_cast<size_t>(operand.array.index)]) leads[i] = true;
  return leads;
}

/// d sum(y) / dx for each x of xs, of x's shape; zeros where y does not depend on it, or was never recorded.
/// With create_graph the sweep's own ops are recorded too.
inline std::vector<Array> grad(const Array& y, const std::vector<Array>& xs, bool create_graph = false) {
  std::vector<Array> found;
  if (y.tape == nullptr) {
    for (const Array& x : xs) found.push_back(filled(x.shape, 0));
    return found;
  }
  ArrayTape& tape = *y.tape;
  if (create_graph) throw NotWritten("create_graph, step 5: is the sweep recorded?");
  const Recording during(tape, false);
  const std::vector<bool> leads = leads_to(tape, y.index, xs);
  std::vector<Array> adjoint(leads.size());  // of each node its gradient so far; values null: none yet
  adjoint[static_cast<size_t>(y.index)] = filled(y.shape, 1);
  throw NotWritten("the sweep over arrays: rules, summing back to the operand's shape, adding up");
  for (const Array& x : xs) {
    const bool reached = x.index >= 0 && x.index <= y.index;
    const Array gradient = reached ? adjoint[static_cast<size_t>(x.index)] : Array{};
    found.push_back(gradient.values != nullptr ? gradient : filled(x.shape, 0));
  }
  return found;
}

// ---------------------------------------------------------------------------------------------------- step 5

/// A function of one array that gives a single number.
using ArrayFunction = std::function<Array(const Array&)>;

/// The Hessian of f at x times v, with x's shape and without a tape: the gradient of g'v. No matrix is made.
inline Array hvp(const ArrayFunction& f, const Array& x, const Array& v) {
  throw NotWritten("hvp, a gradient of a gradient");
}

/// sum_i d2f/dx_i^2, exactly: one product with a unit vector for each element of x.
inline double hessian_trace(const ArrayFunction& f, const Array& x) {
  throw NotWritten("hessian_trace, exactly");
}

/// v'Hv: one product, whatever the size of x.
inline double trace_by_probe(const ArrayFunction& f, const Array& x, const Array& v) {
  throw NotWritten("trace_by_probe, v'Hv");
}

/// A random v of this shape, each element +1 or -1 with equal chance: then E[vv'] = I, and v'Hv is the trace
/// on average.
inline Array probe(const Shape& shape, std::mt19937_64& random) {
  throw NotWritten("probe, signs drawn by chance");
}

}  // namespace course
