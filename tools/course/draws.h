#pragma once

#include <cstdint>
#include <random>

#include "tools/course/program.h"

namespace gradzoo::course {

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

}  // namespace gradzoo::course
