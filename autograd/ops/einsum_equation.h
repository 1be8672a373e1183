#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo::ops {

/// A size for each letter.
using LetterSizes = std::array<int64_t, 128>;

/// An equation of einsum, read: one letter for each axis of each operand and of the output. The axes of "..."
/// have digits for letters, 0 the last one.
struct EinsumEquation {
  std::vector<std::string> operands;
  std::string output;
  LetterSizes sizes{};  // of the axes of each letter; 1 only where all are

  /// Throws Error where the equation has no meaning for operands of these shapes.
  EinsumEquation(std::string_view text, const std::vector<Shape>& shapes);

 private:
  std::string implicit_output(int ellipsis_axes) const;
  void check_output() const;
  void find_sizes(const std::vector<Shape>& shapes);
};

}  // namespace gradzoo::ops
