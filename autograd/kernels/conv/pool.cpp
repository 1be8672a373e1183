#include "autograd/kernels/conv/pool.h"

#include <algorithm>
#include <cmath>

#include "autograd/kernels/threads/parallel.h"
#include "autograd/kernels/threads/scratch.h"

namespace gradzoo::kernels {
namespace {

/// Calls fn(window, first): the windows in order, and where in x each begins.
template <class Fn>
void for_windows(const PoolSizes& s, Fn&& fn) {
  const int64_t row_size = s.width * s.k * s.channels, per_row = s.width * s.channels * s.k * s.k;
  const int64_t grain = std::max<int64_t>(1, 16384 / std::max<int64_t>(1, per_row));
  parallel_for(s.batch * s.height, grain, 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      for (int64_t column = 0; column < s.width; ++column)
        fn(row * s.width + column, row * s.k * row_size + column * s.k * s.channels);
    }
  });
}

/// Calls fn(at) for each pixel of a window that begins at `first`.
template <class Fn>
void for_pixels(const PoolSizes& s, int64_t first, Fn&& fn) {
  for (int64_t dy = 0; dy < s.k; ++dy) {
    for (int64_t dx = 0; dx < s.k; ++dx) fn(first + (dy * s.width * s.k + dx) * s.channels);
  }
}

}  // namespace

// Of many pixels in double.
template <class T>
void pool_sum(const PoolSizes& s, T factor, const T* x, T* y) {
  constexpr int64_t kFewPixels = 64;
  const int64_t pixels = s.k * s.k;
  struct Sums;
  for_windows(s, [&](int64_t window, int64_t first) {
    T* const to = y + window * s.channels;
    const auto add_to = [&](auto* sums) {
      std::fill_n(sums, s.channels, 0);
      for_pixels(s, first, [&](int64_t at) {
        for (int64_t c = 0; c < s.channels; ++c) sums[c] += x[at + c];
      });
      for (int64_t c = 0; c < s.channels; ++c) to[c] = static_cast<T>(sums[c]) * factor;
    };
    if (pixels <= kFewPixels) return add_to(to);
    add_to(scratch<double, Sums>(s.channels));
  });
}
template void pool_sum(const PoolSizes&, float, const float*, float*);
template void pool_sum(const PoolSizes&, double, const double*, double*);

template <class T>
void unpool(const PoolSizes& s, T factor, const T* y, T* x) {
  for_windows(s, [&](int64_t window, int64_t first) {
    for_pixels(s, first, [&](int64_t at) {
      for (int64_t c = 0; c < s.channels; ++c) x[at + c] = factor * y[window * s.channels + c];
    });
  });
}
template void unpool(const PoolSizes&, float, const float*, float*);
template void unpool(const PoolSizes&, double, const double*, double*);

template <class T>
void pool_max(const PoolSizes& s, const T* x, T* y) {
  for_windows(s, [&](int64_t window, int64_t first) {
    T* largest = y + window * s.channels;
    std::copy_n(x + first, s.channels, largest);
    for_pixels(s, first, [&](int64_t at) {
      for (int64_t c = 0; c < s.channels; ++c) {
        const T value = x[at + c];
        largest[c] = value > largest[c] || value != value ? value : largest[c];
      }
    });
  });
}
template void pool_max(const PoolSizes&, const float*, float*);
template void pool_max(const PoolSizes&, const double*, double*);

template <class T>
void space_to_depth(const PoolSizes& s, const T* x, T* y) {
  const int64_t run = s.k * s.channels;
  for_windows(s, [&](int64_t window, int64_t first) {
    for (int64_t dy = 0; dy < s.k; ++dy)
      std::copy_n(x + first + dy * s.width * run, run, y + (window * s.k + dy) * run);
  });
}
template void space_to_depth(const PoolSizes&, const float*, float*);
template void space_to_depth(const PoolSizes&, const double*, double*);

template <class T>
void depth_to_space(const PoolSizes& s, const T* y, T* x) {
  const int64_t run = s.k * s.channels;
  for_windows(s, [&](int64_t window, int64_t first) {
    for (int64_t dy = 0; dy < s.k; ++dy)
      std::copy_n(y + (window * s.k + dy) * run, run, x + first + dy * s.width * run);
  });
}
template void depth_to_space(const PoolSizes&, const float*, float*);
template void depth_to_space(const PoolSizes&, const double*, double*);

}  // namespace gradzoo::kernels
