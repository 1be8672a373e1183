#include "autograd/kernels/pointwise/leapfrog.h"

#include <algorithm>

#include "autograd/kernels/pointwise/repeated_row.h"
#include "autograd/kernels/pointwise/simd_targets.h"
#include "autograd/kernels/threads/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/pointwise/leapfrog.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

/// One run of numbers, r of the same length.
template <class T>
HWY_NOINLINE void move_range(T kick, T drift, const T* g, const T* r, T* z, T* x, int64_t n) {
  for_vectors<T>(n, [&](auto d, const auto& load, const auto& store) HWY_ATTR {
    const auto scale = load(r);
    const auto momentum = hn::MulAdd(hn::Mul(hn::Set(d, kick), scale), load(g), load(z));
    store(momentum, z);
    store(hn::MulAdd(hn::Mul(hn::Set(d, drift), scale), momentum, load(x)), x);
  });
}

template <class T>
HWY_INLINE T energy_of_row(T kick, const T* g, const T* r, const T* z, int64_t n) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  auto total = hn::Zero(d);
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const auto by = hn::Mul(hn::Set(d, kick), hn::LoadU(d, r + i));
    const auto momentum = hn::MulAdd(by, hn::LoadU(d, g + i), hn::LoadU(d, z + i));
    total = hn::MulAdd(momentum, momentum, total);
  }
  T sum = hn::GetLane(hn::SumOfLanes(d, total));
  for (; i < n; ++i) {
    const T momentum = z[i] + kick * r[i] * g[i];
    sum += momentum * momentum;
  }
  return sum / 2;
}

template <class T>
HWY_NOINLINE void energy_of_rows(T kick, const T* g, const T* r, const T* z, T* y, int64_t rows,
                                 int64_t cols) {
  for (int64_t row = 0; row < rows; ++row)
    y[row] = energy_of_row(kick, g + row * cols, r, z + row * cols, cols);
}

auto move_by_type() { return ByType{&move_range<float>, &move_range<double>}; }
auto energy_by_type() { return ByType{&energy_of_rows<float>, &energy_of_rows<double>}; }

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(move_by_type);
HWY_EXPORT(energy_by_type);

constexpr int64_t kGrain = 8192;
}  // namespace

template <class T>
void kick_and_drift(double kick, double drift, const T* g, const T* r, T* z, T* x, int64_t rows,
                    int64_t cols) {
  if (rows == 0 || cols == 0) return;
  const T* scales = repeated_row<T, struct LeapfrogScale>(r, cols);
  const T by = static_cast<T>(kick), along = static_cast<T>(drift);
  parallel_for(rows, std::max<int64_t>(1, kGrain / cols), kRowsTogether, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row += kRowsTogether) {
      const int64_t at = row * cols, n = (std::min(row + kRowsTogether, end) - row) * cols;
      HWY_DYNAMIC_DISPATCH(move_by_type)()(by, along, g + at, scales, z + at, x + at, n);
    }
  });
}
template void kick_and_drift(double, double, const float*, const float*, float*, float*, int64_t, int64_t);
template void kick_and_drift(double, double, const double*, const double*, double*, double*, int64_t,
                             int64_t);

template <class T>
void kinetic_energy(double kick, const T* g, const T* r, const T* z, T* y, int64_t rows, int64_t cols) {
  const T by = static_cast<T>(kick);
  const int64_t grain = std::max<int64_t>(1, kGrain / std::max<int64_t>(cols, 1));
  parallel_for(rows, grain, kRowsTogether, [=](int64_t begin, int64_t end) {
    const int64_t at = begin * cols;
    HWY_DYNAMIC_DISPATCH(energy_by_type)()(by, g + at, r, z + at, y + begin, end - begin, cols);
  });
}
template void kinetic_energy(double, const float*, const float*, const float*, float*, int64_t, int64_t);
template void kinetic_energy(double, const double*, const double*, const double*, double*, int64_t, int64_t);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
