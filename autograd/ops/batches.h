#pragma once

#include <string>

#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/ops/cases.h"

/// Stacks of matrices (..., m, n), and solves with them.
namespace gradzoo::ops {

/// Throws Error that names `op` unless x has at least two axes.
void check_matrices(const Shape& x, const char* op);
/// Throws Error that names `op` unless x has at least two axes, and the last two have the same size.
void check_square(const Shape& x, const char* op);
/// Returns the leading axes of a stack of matrices.
Shape batch_of(const Shape& x);
/// Returns "matrix 3 of (8,4,4)", or "(4,4)" if there is only one matrix.
std::string matrix_name(const Shape& x, int64_t which);
[[noreturn]] void throw_not_finite(const char* op, const std::string& matrix);

/// Returns the shape of X with A X = B: a (..., n, n), b (..., n, m) broadcast. Throws Error with `op`.
Shape solution_shape(const Shape& a, const Shape& b, const char* op);
/// Copies x's values into `out`, broadcast to its shape.
void broadcast_into(const Tensor& x, Tensor& out);
/// Returns the index (i64) of the matrix to solve with for each matrix of a larger stack of the shape `out`.
Tensor matrix_of_each(const Shape& a, const Shape& out);

/// Returns the gradient a b^T of each matrix of a stack of the shape `to`; summed if all share one matrix.
Tensor outer_gradient(const Tensor& a, const Tensor& b, const Shape& to);

/// Returns x from an op of (a, b) that takes matrices; b is a matrix or a vector.
template <class Op>
Tensor solve_by(const Op& op, const Tensor& a, const Tensor& b) {
  if (!b.defined() || b.rank() != 1) return apply(op, a, b);
  return squeeze(apply(op, a, unsqueeze(b, 1)), -1);
}

/// Returns cases of an op of square matrices that are far from singular.
template <class Op>
std::vector<OpCase<Op>> square_cases() {
  std::vector<OpCase<Op>> cases;
  for (const Shape& shape : {Shape{1, 1}, Shape{2, 2}, Shape{3, 3}, Shape{2, 2, 2}, Shape{0, 0},
                             Shape{0, 2, 2}, Shape{2, 1, 2, 2}})
    cases.push_back({{}, {{.shape = shape, .low = -1, .high = 1, .dominant = true}}});
  return cases;
}

/// Adds cases of an op of (a, b) as above, whose a is far from singular.
template <class Op>
void add_solve_cases(std::vector<OpCase<Op>>& cases, const Op& op) {
  const std::pair<Shape, Shape> shapes[] = {
      {{2, 2}, {2, 1}},       {{3, 3}, {3, 2}},         {{1, 1}, {1, 3}}, {{2, 2, 2}, {2, 2, 1}},
      {{2, 2}, {3, 2, 1}},    {{2, 3, 3}, {3, 2}},      {{2, 2}, {2, 0}}, {{0, 0}, {0, 2}},
      {{0, 2, 2}, {0, 2, 1}}, {{2, 1, 2, 2}, {3, 2, 1}}};
  for (const auto& [a, b] : shapes) {
    cases.push_back({op, {{.shape = a, .low = -1, .high = 1, .dominant = true}, {.shape = b}}});
  }
}

}  // namespace gradzoo::ops
