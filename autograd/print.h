#pragma once

#include <iosfwd>
#include <string>

#include <fmt/format.h>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// How to_string writes.
struct PrintOptions {
  int digits = 4;        ///< of a number, significant
  int64_t whole = 1000;  ///< a tensor of more numbers shows but the ends of each axis,
  int64_t edge = 3;      ///< so many of them
};

/// A tensor as text: dtype, shape, and its values in brackets, an axis a level, numbers of one width.
///
///     f32 (2,3)
///     [[ 1,  2.5, -3],
///      [10,  0,    7]]
std::string to_string(const Tensor& x, const PrintOptions& options = {});
/// Writes to_string(x).
std::ostream& operator<<(std::ostream& out, const Tensor& x);

}  // namespace gradzoo

/// fmt::print("{}\n", x)
template <>
struct fmt::formatter<gradzoo::Tensor> : fmt::formatter<std::string> {
  /// What fmt calls.
  template <class Context>
  auto format(const gradzoo::Tensor& x, Context& context) const {
    return fmt::formatter<std::string>::format(gradzoo::to_string(x), context);
  }
};
