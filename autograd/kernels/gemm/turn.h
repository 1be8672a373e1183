#pragma once

#include <cstdint>

namespace gradzoo::kernels {

/// Sets to (columns, rows) = from^T for matrices with row strides `from_stride` and `to_stride`, on the
/// calling thread only. BLAS's copy transposes blocks in registers, several times faster than loops do.
template <class T>
void turn(const T* from, int64_t from_stride, int64_t rows, int64_t columns, T* to, int64_t to_stride);

}  // namespace gradzoo::kernels
