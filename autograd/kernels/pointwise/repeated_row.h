#pragma once

#include <algorithm>
#include <cstdint>

#include "autograd/kernels/threads/scratch.h"

namespace gradzoo::kernels {

/// The number of rows processed as one run, so that short rows leave no vector half empty.
inline constexpr int64_t kRowsTogether = 16;

/// Returns kRowsTogether copies of a row, one after another: the operand of such a run if all rows share it.
/// The memory is the calling thread's, until its next call for the same type and use.
template <class T, class Use>
const T* repeated_row(const T* row, int64_t cols) {
  T* out = scratch<T, Use>(kRowsTogether * cols);
  for (int64_t r = 0; r < kRowsTogether; ++r) std::copy_n(row, cols, out + r * cols);
  return out;
}

}  // namespace gradzoo::kernels
