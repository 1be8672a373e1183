#pragma once

#include <algorithm>
#include <cstdint>

#include "autograd/kernels/pointwise/elementwise.h"
#include "autograd/kernels/threads/parallel.h"

namespace gradzoo::kernels {

/// Returns the same layout in as few dims as possible (at least one): axes of size 1 are dropped, and
/// neighbours are merged if both operands step through them as through one axis.
inline Broadcast collapse(const Broadcast& layout) {
  Broadcast out;
  for (int k = 0; k < layout.rank; ++k) {
    const int64_t dim = layout.dims[k];
    const int64_t a = layout.stride_a[k];
    const int64_t b = layout.stride_b[k];
    if (dim == 1) continue;
    const int last = out.rank - 1;
    if (out.rank > 0 && out.stride_a[last] == a * dim && out.stride_b[last] == b * dim) {
      out.dims[last] *= dim;
      out.stride_a[last] = a;
      out.stride_b[last] = b;
      continue;
    }
    out.dims[out.rank] = dim;
    out.stride_a[out.rank] = a;
    out.stride_b[out.rank] = b;
    ++out.rank;
  }
  if (out.rank == 0) out.dims[out.rank++] = 1;
  return out;
}

/// Calls row(offset_a, offset_b, offset_y, n, stride_a, stride_b) in parallel for runs of n elements along
/// the last axis; the runs cover the broadcast shape.
template <class Row>
void for_each_row(const Broadcast& layout, int64_t grain, Row&& row) {
  const Broadcast shape = collapse(layout);
  const int last = shape.rank - 1;
  const int64_t n = shape.dims[last];
  const int64_t sa = shape.stride_a[last];
  const int64_t sb = shape.stride_b[last];
  int64_t rows = 1;
  for (int k = 0; k < last; ++k) rows *= shape.dims[k];
  if (rows == 0 || n == 0) return;
  if (rows == 1) {
    parallel_for(n, grain, 64, [&](int64_t begin, int64_t end) {
      row(begin * sa, begin * sb, begin, end - begin, sa, sb);
    });
    return;
  }
  parallel_for(rows, std::max<int64_t>(1, grain / n), 1, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      int64_t offset_a = 0;
      int64_t offset_b = 0;
      int64_t rest = r;
      for (int k = last - 1; k >= 0; --k) {
        const int64_t i = rest % shape.dims[k];
        rest /= shape.dims[k];
        offset_a += i * shape.stride_a[k];
        offset_b += i * shape.stride_b[k];
      }
      row(offset_a, offset_b, r * n, n, sa, sb);
    }
  });
}

}  // namespace gradzoo::kernels
