#pragma once

#include <initializer_list>
#include <limits>
#include <utility>
#include <vector>

#include "gradzoo/autograd/shape.h"

/// The sample operands that the generic checks use for an op. Each op states its own sample domain: `static
/// std::vector<OpCase<Op>> cases()`, and if 1e-6 is not right, `static constexpr double tolerance`.
namespace gradzoo {

/// One operand of a case: values uniform on [low, high], at least `margin` away from `avoid`; indices from
/// 0..high-1; masks from {0, 1}. With `distinct`, all values of the case differ pairwise by a margin (max,
/// maximum). With `dominant`, n + 1 is added to the diagonals of matrices (..., n, n): for values in [-1, 1]
/// each matrix is then positive definite and far from singular.
struct Operand {
  Shape shape = {};
  double low = -2.0;
  double high = 2.0;
  double avoid = std::numeric_limits<double>::quiet_NaN();
  double margin = 0.05;
  bool distinct = false;
  bool dominant = false;
};

template <class Op>
struct OpCase {
  Op op;
  std::vector<Operand> operands;
};

/// Returns cases of an elementwise op of one operand with rank 0 to 3; empty and size-1 axes are included.
template <class Op>
std::vector<OpCase<Op>> unary_cases(Operand like, Op op = {}) {
  std::vector<OpCase<Op>> cases;
  for (const Shape& shape :
       {Shape{}, Shape{5}, Shape{3, 4}, Shape{2, 1, 3}, Shape{1}, Shape{0}, Shape{2, 0}}) {
    like.shape = shape;
    cases.push_back({op, {like}});
  }
  return cases;
}

/// Returns cases of an op of one operand with the given attributes at each of the given shapes.
template <class Op, class Attributes = Op>
std::vector<OpCase<Op>> shape_cases(std::initializer_list<std::pair<Shape, Attributes>> list) {
  std::vector<OpCase<Op>> cases;
  for (const auto& [shape, attributes] : list) cases.push_back({Op{attributes}, {{.shape = shape}}});
  return cases;
}

/// Returns cases of an op {axis} of one operand at each axis of shapes with empty and size-1 axes; with
/// `needs_elements`, axes without elements are left out.
template <class Op>
std::vector<OpCase<Op>> axis_cases(Operand like = {}, bool needs_elements = false) {
  std::vector<OpCase<Op>> cases;
  for (const Shape& shape : {Shape{5}, Shape{1}, Shape{0}, Shape{3, 4}, Shape{2, 0}, Shape{2, 1, 3}}) {
    for (int axis = -shape.rank(); axis < 0; ++axis) {
      if (needs_elements && shape[axis] == 0) continue;
      like.shape = shape;
      cases.push_back({Op{axis}, {like}});
    }
  }
  return cases;
}

/// Returns cases of an elementwise op of two operands with equal and broadcasting shapes; empty and size-1
/// axes are included.
template <class Op>
std::vector<OpCase<Op>> binary_cases(Operand a, Operand b, Op op = {}) {
  const std::pair<Shape, Shape> shapes[] = {
      {{}, {}},         {{4}, {4}},       {{2, 3}, {2, 3}}, {{2, 3}, {3}},         {{3}, {2, 3}},
      {{2, 3}, {2, 1}}, {{2, 1}, {1, 3}}, {{2, 3}, {}},     {{}, {2, 3}},          {{2, 1, 3}, {4, 1}},
      {{1}, {5}},       {{0}, {1}},       {{2, 0}, {1, 1}}, {{3, 2, 2}, {1, 2, 1}}};
  std::vector<OpCase<Op>> cases;
  for (const auto& [left, right] : shapes) {
    a.shape = left;
    b.shape = right;
    cases.push_back({op, {a, b}});
  }
  return cases;
}

}  // namespace gradzoo
