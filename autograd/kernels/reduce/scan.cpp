// Reductions that keep an order along the line: argmax and running sums.
#include <algorithm>
#include <cmath>

#include "autograd/kernels/reduce/reduce.h"
#include "autograd/kernels/threads/parallel.h"

namespace gradzoo::kernels {
namespace {

constexpr int64_t kGrain = 4096;  // elements

/// Calls fn(offset of the line's first element, line number) for each line of (outer, n, inner), in parallel.
template <class Fn>
void for_each_line(int64_t outer, int64_t n, int64_t inner, Fn fn) {
  const int64_t grain = std::max<int64_t>(1, kGrain / std::max<int64_t>(n, 1));
  parallel_for(outer * inner, grain, 16, [=](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) fn(line / inner * n * inner + line % inner, line);
  });
}

}  // namespace

template <class T>
void argmax(const T* x, int64_t* y, int64_t outer, int64_t n, int64_t inner) {
  for_each_line(outer, n, inner, [=](int64_t at, int64_t line) {
    int64_t best = 0;
    for (int64_t i = 1; i < n; ++i) {
      const T value = x[at + i * inner];
      const T most = x[at + best * inner];
      if (value > most || (std::isnan(value) && !std::isnan(most))) best = i;
    }
    y[line] = best;
  });
}
template void argmax(const float*, int64_t*, int64_t, int64_t, int64_t);
template void argmax(const double*, int64_t*, int64_t, int64_t, int64_t);

template <class T>
void cumsum(const T* x, T* y, int64_t outer, int64_t n, int64_t inner, bool reverse) {
  for_each_line(outer, n, inner, [=](int64_t at, int64_t) {
    double total = 0;
    for (int64_t k = 0; k < n; ++k) {
      const int64_t i = at + (reverse ? n - 1 - k : k) * inner;
      total += static_cast<double>(x[i]);
      y[i] = static_cast<T>(total);
    }
  });
}
template void cumsum(const float*, float*, int64_t, int64_t, int64_t, bool);
template void cumsum(const double*, double*, int64_t, int64_t, int64_t, bool);

}  // namespace gradzoo::kernels
