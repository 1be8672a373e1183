#pragma once

#include <cstdint>

namespace gradzoo::kernels {

/// to (columns, rows) = from', matrices of row strides `from_stride` and `to_stride`. On the calling thread
/// alone; BLAS's copy turns blocks in registers, several times faster than loops do.
template <class T>
void turn(const T* from, int64_t from_stride, int64_t rows, int64_t columns, T* to, int64_t to_stride);

}  // namespace gradzoo::kernels
