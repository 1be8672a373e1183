#pragma once

#include <cstdint>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// Examples and an index of those in use, for batches and evaluation. Cheap to copy: the values are shared.
struct Examples {
  Tensor values;  ///< (N, H, W) or (N, H, W, 3) u8 pixels, or (N, d) f32 numbers as they are: the whole set
                  ///< in its order
  Tensor labels;  ///< (N) u8; undefined where there are none
  Tensor rows;    ///< (n) i64: the rows of `values` that are meant, ascending
  /// row r is example first_index + r of the dataset: training ones first, then test
  int64_t first_index = 0;

  int64_t count() const { return rows.dim(0); }  ///< examples that are meant
  /// Shape of one example: (H, W), (H, W, 3) or (d).
  Shape example() const { return values.shape().erase(0); }
  /// Numbers in one example.
  int64_t size() const { return values.size() / values.dim(0); }
};

}  // namespace gradzoo
