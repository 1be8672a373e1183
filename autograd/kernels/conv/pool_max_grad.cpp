#include <algorithm>

#include "autograd/kernels/conv/pool.h"
#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/threads/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/conv/pool_max_grad.cpp"
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

void max_grad_f32(const PoolSizes& s, const float* x, const float* y, const float* g, float* gx,
                  int64_t begin, int64_t end) {
  max_grad(s, x, y, g, gx, begin, end);
}
void max_grad_f64(const PoolSizes& s, const double* x, const double* y, const double* g, double* gx,
                  int64_t begin, int64_t end) {
  max_grad(s, x, y, g, gx, begin, end);
}

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(max_grad_f32);
HWY_EXPORT(max_grad_f64);

}  // namespace

template <class T>
void pool_max_grad(const PoolSizes& s, const T* x, const T* y, const T* g, T* gx) {
  const int64_t per_row = std::max<int64_t>(1, s.width * s.channels * s.k * s.k);
  parallel_for(s.batch * s.height, std::max<int64_t>(1, 16384 / per_row), 1, [&](int64_t begin, int64_t end) {
    if constexpr (sizeof(T) == 4)
      HWY_DYNAMIC_DISPATCH(max_grad_f32)(s, x, y, g, gx, begin, end);
    else
      HWY_DYNAMIC_DISPATCH(max_grad_f64)(s, x, y, g, gx, begin, end);
  });
}
template void pool_max_grad(const PoolSizes&, const float*, const float*, const float*, float*);
template void pool_max_grad(const PoolSizes&, const double*, const double*, const double*, double*);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
