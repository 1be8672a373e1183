#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "autograd/tensor.h"

namespace gradzoo::course {

/// A small program on arrays of f64; each line makes the next one.
struct ArrayLine {
  std::string op;      // leaf, const, exp, add, matmul, axis, sum_to ...
  int a = -1, b = -1;  // of earlier arrays; of `axis` b is the axis
  Shape shape = {};    // a leaf's, or the one that sum_to and broadcast_to are given
  std::vector<double> numbers = {};
};

struct ArrayProgram {
  std::vector<ArrayLine> lines;

  std::string text() const;     // as the driver reads it
  std::string formula() const;  // for a person: shapes in place of numbers, where there are many
  /// The last array, as the driver says it: "(2,3) 1 2 3 4 5 6".
  std::string value() const;
  /// Gradients by the leaves, one after another: of order 1 those of the sum of the last array; of order k +
  /// 1 those of the sum of all squares of the gradients of order k.
  std::string gradients(int order = 1) const;

  // As a function of its first line, the only leaf; the last array is a single number.
  std::vector<double> hessian() const;  // (n, n)
};

ArrayProgram array_program(const std::string& text);
/// Leaves of shapes with ones, missing axes and scalars, `size` ops on them. Smooth and tame: values and
/// their derivatives stay moderate.
ArrayProgram draw_array_program(int size, uint64_t seed);
/// A random smooth function of one array of shape (n), to a single number.
ArrayProgram draw_function(int n, uint64_t seed);

/// " 2 3 4", of a shape as the driver reads it.
std::string words_of_shape(const Shape& shape);
/// "(2,3) 1 2 3 4 5 6".
std::string words_of_array(const Tensor& x);

}  // namespace gradzoo::course
