#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo::course {

/// A small program, which the engine runs in f64 while it is read. Each line of its text computes the next
/// array from earlier arrays; a number is an array without axes:
///
///     leaf RANK sizes numbers, const ...    exp I, add I J, muln I NUMBER, nsub NUMBER I ...
///     axis I AXIS, sum_to I RANK sizes, broadcast_to ...
struct Program {
  Program() = default;
  explicit Program(const std::string& lines) { add(lines); }
  void add(const std::string& lines);

  std::string input() const { return text + " end"; }  // input of a driver
  std::string formula() const;  // "v0 = 0.5; v1 = exp(v0)", for a person: the beginning, without long lists
  /// Returns gradients with respect to the leaves. Order 1: of the sum of array `of` (-1: the last one).
  /// Order k + 1: of the sum of all squares of the gradients of order k.
  Tensors gradients(int order = 1, int of = -1) const;
  /// Returns the Hessian (n, n) of the last array, a single number, with respect to the only leaf.
  Tensor hessian() const;

  std::string text, shown;
  Tensors made, leaves;
  size_t nodes = 0;  // size of the tape, with the program's lines and their constants
};

/// Returns " 2 1 3 4 5 6" for an array of shape (1, 3): the form that a driver reads.
std::string as_input(const Tensor& x);
/// Returns " (1,3) 4 5 6 (2) 1 2": the form in which a driver answers.
std::string as_answer(const Tensors& arrays);
std::vector<double> numbers_of(const Tensors& arrays);

/// A generator of random numbers that are the same on every system.
class Draws {
 public:
  explicit Draws(uint64_t seed) : engine_(seed) {}

  /// Returns one of 0, ..., n - 1.
  int below(int n) { return static_cast<int>(engine_() % static_cast<uint64_t>(n)); }
  double between(double low, double high) {
    return low + (high - low) * static_cast<double>(engine_() >> 11) * 0x1p-53;
  }
  uint64_t seed() { return engine_() >> 32; }  // 32 bits, which a double represents exactly

  /// Returns an array of numbers between -scale and scale.
  Tensor array(const Shape& shape, double scale = 1);

 private:
  std::mt19937_64 engine_;
};

/// Draws two to four numbers and `size` ops on them; all values are moderate.
Program draw_scalar_program(int size, uint64_t seed);
/// Draws leaves whose shapes include axes of size 1, missing axes and scalars, and `size` smooth ops on them.
/// Values and derivatives are moderate.
Program draw_array_program(int size, uint64_t seed);
/// Draws a smooth function of one array of shape (n) with a single number as its value.
Program draw_function(int n, uint64_t seed);
/// Draws each op at least once: on arrays with three axes, and on matrices with thousands of elements.
std::vector<Program> draw_large_programs(Draws& draws);
/// Returns sin x0 + sin x1 + w u(c (x0 - x1)) of one array (x, x), with c = 2^100. w u has slope 1 and u is
/// tanh; if `curved`, w u has second derivative 1 and u is exp. No finite difference shows both parts: a step
/// that is small enough for u does not change sin in any usual precision.
Program two_scales(double x, bool curved);

}  // namespace gradzoo::course
