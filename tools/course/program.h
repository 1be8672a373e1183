#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
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

/// Random numbers that are the same everywhere.
class Draws {
 public:
  explicit Draws(uint64_t seed) : engine_(seed) {}

  /// 0, ..., n - 1.
  int below(int n) { return static_cast<int>(engine_() % static_cast<uint64_t>(n)); }
  double between(double low, double high) {
    return low + (high - low) * static_cast<double>(engine_() >> 11) * 0x1p-53;
  }
  uint64_t seed() { return engine_() >> 32; }  // exact as a double, too

  /// Of numbers between -scale and scale.
  Tensor array(const Shape& shape, double scale = 1);

 private:
  std::mt19937_64 engine_;
};

/// Two to four numbers and `size` ops on them, all values moderate.
Program draw_scalar_program(int size, uint64_t seed);
/// Leaves of shapes with ones, missing axes and scalars, `size` ops on them. Smooth and tame: values and
/// their derivatives stay moderate.
Program draw_array_program(int size, uint64_t seed);
/// A random smooth function of one array of shape (n), to a single number.
Program draw_function(int n, uint64_t seed);
/// Each of the ops once or more: on arrays of three axes, and on matrices of thousands of numbers.
std::vector<Program> draw_large_programs(Draws& draws);
/// sin x0 + sin x1 + w u(c (x0 - x1)) of one array (x, x), c = 2^100: w u has the slope 1 and is tanh, or,
/// where `curved`, the second derivative 1 and is exp. No differences see both parts: a step that leaves u
/// alone leaves sin as it is, in any usual precision.
Program two_scales(double x, bool curved);

}  // namespace gradzoo::course
