#pragma once

#include <iosfwd>
#include <string>

#include <fmt/format.h>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// The options of to_string().
struct PrintOptions {
  int digits = 4;        ///< significant digits of a number
  int64_t whole = 1000;  ///< most elements of a tensor that is printed whole;
  int64_t edge = 3;      ///< number of elements at each end of an axis in a larger tensor
};

/// Returns a tensor as text: dtype, shape, and its values in brackets, one level per axis, equally wide.
///
///     f32 (2,3)
///     [[ 1,  2.5, -3],
///      [10,  0,    7]]
std::string to_string(const Tensor& x, const PrintOptions& options = {});
/// Writes to_string(x).
std::ostream& operator<<(std::ostream& out, const Tensor& x);

}  // namespace gradzoo

/// Makes fmt::print("{}\n", x) work.
template <>
struct fmt::formatter<gradzoo::Tensor> : fmt::formatter<std::string> {
  /// Writes to_string(x); fmt calls this function.
  template <class Context>
  auto format(const gradzoo::Tensor& x, Context& context) const {
    return fmt::formatter<std::string>::format(gradzoo::to_string(x), context);
  }
};
