#include "autograd/kernels/conv/pool.h"

#include <algorithm>
#include <cmath>

#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/threads/parallel.h"
#include "autograd/kernels/threads/scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/conv/pool.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

// Rows [begin, end) of windows, of all images; a vector lies along the channels.
template <class T>
HWY_NOINLINE void max_grad(const PoolSizes& s, const T* x, const T* y, const T* g, T* gx, int64_t begin,
                           int64_t end) {
  const int64_t row = s.width * s.k * s.channels;  // of pixels
  for (int64_t window = begin * s.width; window < end * s.width; ++window) {
    const int64_t first = window / s.width * s.k * row + window % s.width * s.k * s.channels;
    for_vectors<T>(s.channels, [&](auto d, const auto& load, const auto& store) HWY_ATTR {
      const auto for_pixels = [&](const auto& fn) HWY_ATTR {
        for (int64_t dy = 0; dy < s.k; ++dy)
          for (int64_t dx = 0; dx < s.k; ++dx) fn(first + dy * row + dx * s.channels);
      };
      const auto largest = load(y + window * s.channels), one = hn::Set(d, T{1});
      auto ties = hn::Zero(d);
      for_pixels([&](int64_t at) HWY_ATTR {
        ties = hn::Add(ties, hn::IfThenElseZero(hn::Eq(load(x + at), largest), one));
      });
      const auto share = hn::Div(load(g + window * s.channels), ties);
      const auto unknown = hn::IsNaN(largest);  // as what it is a gradient of
      for_pixels([&](int64_t at) HWY_ATTR {
        const auto known = hn::IfThenElseZero(hn::Eq(load(x + at), largest), share);
        store(hn::IfThenElse(unknown, largest, known), gx + at);
      });
    });
  }
}

auto max_grad_by_type() { return ByType{&max_grad<float>, &max_grad<double>}; }

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(max_grad_by_type);

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

// Of many pixels in double; where the sum leaves the range, of what the factor leaves of each.
template <class T>
void pool_sum(const PoolSizes& s, T factor, const T* x, T* y) {
  constexpr int64_t kFewPixels = 64;
  const int64_t pixels = s.k * s.k;
  struct Sums;
  for_windows(s, [&](int64_t window, int64_t first) {
    T* const to = y + window * s.channels;
    const auto add_to = [&](auto* sums, T before, T after) {
      std::fill_n(sums, s.channels, 0);
      for_pixels(s, first, [&](int64_t at) {
        for (int64_t c = 0; c < s.channels; ++c) sums[c] += before * x[at + c];
      });
      for (int64_t c = 0; c < s.channels; ++c) to[c] = static_cast<T>(sums[c]) * after;
      return std::all_of(to, to + s.channels, [](T y) { return std::isfinite(y); });
    };
    const auto add = [&](auto* sums) { return add_to(sums, T{1}, factor) || add_to(sums, factor, T{1}); };
    if (pixels <= kFewPixels)
      add(to);
    else
      add(scratch<double, Sums>(s.channels));
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

template <class T>
void pool_max_grad(const PoolSizes& s, const T* x, const T* y, const T* g, T* gx) {
  const int64_t per_row = std::max<int64_t>(1, s.width * s.channels * s.k * s.k);
  parallel_for(s.batch * s.height, std::max<int64_t>(1, 16384 / per_row), 1, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(max_grad_by_type)()(s, x, y, g, gx, begin, end);
  });
}
template void pool_max_grad(const PoolSizes&, const float*, const float*, const float*, float*);
template void pool_max_grad(const PoolSizes&, const double*, const double*, const double*, double*);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
