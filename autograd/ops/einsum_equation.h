#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo::ops {

/// A size for each letter.
using LetterSizes = std::array<int64_t, 128>;

/// A parsed equation of einsum: one letter for each axis of each operand and of the output. The axes of "..."
/// have digits as letters; 0 is the last axis.
struct EinsumEquation {
  std::vector<std::string> operands;
  std::string output;
  LetterSizes sizes{};  // size of the axes of each letter; 1 only if all are 1

  /// Parses the equation. Throws Error if it has no meaning for operands of these shapes.
  EinsumEquation(std::string_view text, const std::vector<Shape>& shapes);

 private:
  std::string implicit_output(int ellipsis_axes) const;
  void check_output() const;
  void find_sizes(const std::vector<Shape>& shapes);
};

}  // namespace gradzoo::ops
