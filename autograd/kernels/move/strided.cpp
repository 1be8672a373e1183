#include <algorithm>
#include <cstring>
#include <functional>
#include <numeric>

#include "autograd/kernels/gemm/turn.h"
#include "autograd/kernels/move/move.h"
#include "autograd/kernels/pointwise/broadcast_rows.h"
#include "autograd/kernels/threads/parallel.h"

namespace gradzoo::kernels {
namespace {

constexpr int64_t kGrain = 8192;  // elements
constexpr int64_t kTile = 32;     // of a transpose: 32 x 32 elements fit the first cache

/// The shape of a contiguous side and a strided side, in as few axes as can be. `stride_a` is the latter's.
Broadcast layout_of(int rank, const int64_t* dims, const int64_t* strides) {
  Broadcast out{.rank = rank};
  std::copy_n(dims, rank, out.dims);
  std::copy_n(strides, rank, out.stride_a);
  std::copy_n(strides, rank, out.stride_b);
  return collapse(out);
}

int64_t count_of(const Broadcast& layout) {
  return std::accumulate(layout.dims, layout.dims + layout.rank, int64_t{1}, std::multiplies<>());
}

/// Strided offset of the index whose first `axes` coordinates are those of `flat`.
int64_t offset_of(const Broadcast& layout, int axes, int64_t flat) {
  int64_t offset = 0;
  for (int k = axes - 1; k >= 0; --k) {
    offset += flat % layout.dims[k] * layout.stride_a[k];
    flat /= layout.dims[k];
  }
  return offset;
}

/// One run between x (step sx) and y (step sy).
template <class T>
void copy_run(const T* x, int64_t sx, T* y, int64_t sy, int64_t n) {
  if (sx == 1 && sy == 1) {
    std::memcpy(y, x, static_cast<size_t>(n) * sizeof(T));
  } else if (sx == 0 && sy == 1) {
    std::fill(y, y + n, *x);
  } else {
    for (int64_t i = 0; i < n; ++i) y[i * sy] = x[i * sx];
  }
}

/// Row-wise: runs along the last axis. `kStore` writes to the strided side, else reads from it.
template <bool kStore, class T>
void copy_rows(const Broadcast& layout, const T* x, T* y) {
  const int last = layout.rank - 1;
  const int64_t n = layout.dims[last];
  const int64_t step = layout.stride_a[last];
  const auto run = [&](int64_t row, int64_t from, int64_t to) {
    const int64_t strided = offset_of(layout, last, row) + from * step;
    const int64_t flat = row * n + from;
    if constexpr (kStore) {
      copy_run(x + flat, 1, y + strided, step, to - from);
    } else {
      copy_run(x + strided, step, y + flat, 1, to - from);
    }
  };
  const int64_t rows = count_of(layout) / n;
  if (rows == 1) {
    parallel_for(n, kGrain, 64, [&](int64_t begin, int64_t end) { run(0, begin, end); });
    return;
  }
  parallel_for(rows, std::max<int64_t>(1, kGrain / n), 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) run(row, 0, n);
  });
}

/// The last two axes, where the strided side is contiguous along the last but one: a transpose, in tiles.
template <bool kStore, class T>
void copy_tiles(const Broadcast& layout, const T* x, T* y) {
  const int last = layout.rank - 1;
  const int64_t rows = layout.dims[last - 1];
  const int64_t columns = layout.dims[last];
  const int64_t step = layout.stride_a[last];
  const int64_t bands = (rows + kTile - 1) / kTile;
  const int64_t tasks = count_of(layout) / (rows * columns) * bands;
  parallel_for(tasks, std::max<int64_t>(1, kGrain / (kTile * columns)), 1, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t matrix = task / bands;
      const int64_t base = offset_of(layout, last - 1, matrix);
      const int64_t first = task % bands * kTile;
      const int64_t end_row = std::min(rows, first + kTile);
      for (int64_t left = 0; left < columns; left += kTile) {
        const int64_t width = std::min(kTile, columns - left);
        const int64_t flat = (matrix * rows + first) * columns + left;
        const int64_t strided = base + first + left * step;
        if constexpr (kStore) {
          turn(x + flat, columns, end_row - first, width, y + strided, step);
        } else {
          turn(x + strided, step, width, end_row - first, y + flat, columns);
        }
      }
    }
  });
}

template <bool kStore, class T>
void copy(const T* x, T* y, int rank, const int64_t* dims, const int64_t* strides) {
  const Broadcast layout = layout_of(rank, dims, strides);
  if (count_of(layout) == 0) return;
  // Along an axis that only repeats a value (stride 0), rows are filled.
  const bool transposed =
      layout.rank >= 2 && layout.stride_a[layout.rank - 2] == 1 && layout.stride_a[layout.rank - 1] != 0;
  if (transposed) return copy_tiles<kStore>(layout, x, y);
  copy_rows<kStore>(layout, x, y);
}

}  // namespace

template <class T>
void strided_copy(const T* x, T* y, int rank, const int64_t* dims, const int64_t* strides) {
  copy<false>(x, y, rank, dims, strides);
}
template void strided_copy(const float*, float*, int, const int64_t*, const int64_t*);
template void strided_copy(const double*, double*, int, const int64_t*, const int64_t*);
template void strided_copy(const int64_t*, int64_t*, int, const int64_t*, const int64_t*);
template void strided_copy(const uint8_t*, uint8_t*, int, const int64_t*, const int64_t*);

template <class T>
void strided_store(const T* x, T* y, int rank, const int64_t* dims, const int64_t* strides) {
  copy<true>(x, y, rank, dims, strides);
}
template void strided_store(const float*, float*, int, const int64_t*, const int64_t*);
template void strided_store(const double*, double*, int, const int64_t*, const int64_t*);
template void strided_store(const int64_t*, int64_t*, int, const int64_t*, const int64_t*);
template void strided_store(const uint8_t*, uint8_t*, int, const int64_t*, const int64_t*);

}  // namespace gradzoo::kernels
