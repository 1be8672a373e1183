#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo::course {

/// A small program, which the engine runs in f64 as it is read. Each line of its text makes the next array,
/// of arrays before; a number is an array without axes:
///
///     leaf RANK sizes numbers, const ...    exp I, add I J, muln I NUMBER, nsub NUMBER I ...
///     axis I AXIS, sum_to I RANK sizes, broadcast_to ...
struct Program {
  Program() = default;
  explicit Program(const std::string& lines) { add(lines); }
  void add(const std::string& lines);

  std::string input() const { return text + " end"; }  // for a driver
  std::string formula() const;  // "v0 = 0.5; v1 = exp(v0)", for a person: its beginning, and no long lists
  /// By the leaves: of order 1 of the sum of array `of` (-1: the last); of order k + 1 of the sum of all
  /// squares of the gradients of order k.
  Tensors gradients(int order = 1, int of = -1) const;
  /// (n, n), of the last array, a single number, by the only leaf.
  Tensor hessian() const;

  std::string text, shown;
  Tensors made, leaves;
  size_t nodes = 0;  // of a tape that holds the lines and the numbers in them
};

/// " 2 1 3 4 5 6" of shape (1,3), as a driver reads it.
std::string as_input(const Tensor& x);
/// " (1,3) 4 5 6 (2) 1 2", as a driver answers.
std::string as_answer(const Tensors& arrays);
std::vector<double> numbers_of(const Tensors& arrays);

}  // namespace gradzoo::course
