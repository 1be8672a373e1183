#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gradzoo::course {

/// A small program on single numbers; each line makes the next value.
struct ScalarLine {
  std::string op;      // leaf, exp, add ...; addn: a value and a number; nadd: a number and a value
  int a = -1, b = -1;  // of earlier values
  double number = 0;   // a leaf's, or the one in addn and nadd
  int tape = 0;        // a leaf's
};

struct ScalarProgram {
  std::vector<ScalarLine> lines;

  /// As the driver reads it: "leaf 0 0.5 exp 0 muln 1 3".
  std::string text() const;
  /// For a person: "v0 = 0.5; v1 = exp(v0); v2 = v1 * 3", a long one cut.
  std::string formula() const;
  /// All values, and the derivatives of value `y` (-1: the last) in each leaf, by gradzoo's engine in f64.
  std::vector<double> values() const;
  std::vector<double> gradients(int y = -1) const;
};

ScalarProgram scalar_program(const std::string& text);
/// A random one: two to four leaves, and `size` ops on them, all values moderate.
ScalarProgram draw_scalar_program(int size, uint64_t seed);

}  // namespace gradzoo::course
