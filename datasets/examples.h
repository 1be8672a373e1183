#pragma once

#include <cstdint>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// A dataset's values and an index of the examples in use. Copies are cheap: they share the values.
struct Examples {
  Tensor values;  ///< whole set: u8 pixels (N, H, W) or (N, H, W, 3), or f32 points (N, d)
  Tensor labels;  ///< (N) u8; undefined if there are none
  Tensor rows;    ///< (n) i64 rows of `values` in use, ascending
  /// Index of row 0 in the dataset, which counts the training examples first and then the test examples.
  int64_t first_index = 0;

  int64_t count() const { return rows.dim(0); }  ///< number of examples in use
  /// Returns the shape of one example: (H, W), (H, W, 3) or (d).
  Shape example() const { return values.shape().erase(0); }
  /// Returns the number of elements per example.
  int64_t size() const { return values.size() / values.dim(0); }
};

}  // namespace gradzoo
