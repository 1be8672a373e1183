#include "autograd/kernels/gemm/turn.h"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "autograd/kernels/gemm/blas.h"

namespace gradzoo::kernels {
template <class T>
void turn(const T* from, int64_t from_stride, int64_t rows, int64_t columns, T* to, int64_t to_stride) {
  if constexpr (std::is_floating_point_v<T>) {
    // BLAS takes no rows that run backwards or overlap.
    const bool fits = from_stride >= columns && to_stride >= rows;
    if (fits && std::max(from_stride, to_stride) <= std::numeric_limits<int>::max()) {
      const auto i = [](int64_t v) { return static_cast<int>(v); };
      return blas_turn(i(rows), i(columns), from, i(from_stride), to, i(to_stride));
    }
  }
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column)
      to[column * to_stride + row] = from[row * from_stride + column];
  }
}
template void turn(const float*, int64_t, int64_t, int64_t, float*, int64_t);
template void turn(const double*, int64_t, int64_t, int64_t, double*, int64_t);
template void turn(const int64_t*, int64_t, int64_t, int64_t, int64_t*, int64_t);
template void turn(const uint8_t*, int64_t, int64_t, int64_t, uint8_t*, int64_t);

}  // namespace gradzoo::kernels
