#include <algorithm>

#include "autograd/kernels/conv/conv_tiles.h"
#include "autograd/kernels/pointwise/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/conv/conv_weight_tiles.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

// With two vectors of sums a row they fill the registers: 16 of AVX2 and older x86, 32 of AVX-512 and NEON.
constexpr int kWeightRows = HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SCALAR ? 6 : 9;

// `kPlain`: rows lie side by side, so that one address serves them all, and vectors of columns are whole.
template <class T, int kRows, int kVectors, bool kPlain>
HWY_INLINE void weight_tile(const ConvWeightTile<T>& t, const T* src, const T* grad, T* sums_out) {
  const Tag<T> d;
  const int64_t n = lanes<T>();
  Vector<T> sums[kRows][kVectors];
  HWY_UNROLL(16)
  for (int r = 0; r < kRows; ++r) {
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors; ++v) sums[r][v] = hn::Zero(d);
  }
  const T* from[kRows];
  HWY_UNROLL(16)
  for (int r = 0; r < kRows; ++r) from[r] = src + t.offsets[r];
  for (int64_t b = 0; b < t.images; ++b) {
    for (int64_t y = 0; y < t.height; ++y) {
      const T* g = grad + b * t.grad_image + y * t.width * t.grad_step;
      int64_t at = b * t.src_image + y * t.src_row;
      for (int64_t x = 0; x < t.width; ++x, at += t.src_step, g += t.grad_step) {
        Vector<T> gs[kVectors];
        HWY_UNROLL(16)
        for (int v = 0; v < kVectors; ++v)
          gs[v] = kPlain ? hn::LoadU(d, g + v * n) : load_some(g + v * n, t.columns - v * n);
        HWY_UNROLL(16)
        for (int r = 0; r < kRows; ++r) {
          const Vector<T> value = hn::Set(d, kPlain ? from[0][at + r] : from[r][at]);
          HWY_UNROLL(16)
          for (int v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(value, gs[v], sums[r][v]);
        }
      }
    }
  }
  HWY_UNROLL(16)
  for (int r = 0; r < kRows; ++r) {
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors; ++v) {
      T* to = sums_out + r * t.sums_row + v * n;
      const int64_t count = t.columns - v * n;
      store_some(t.adds ? hn::Add(load_some(to, count), sums[r][v]) : sums[r][v], to, count);
    }
  }
}

template <class T, int kVectors, bool kPlain>
HWY_INLINE void weight_rows(const ConvWeightTile<T>& t, const T* src, const T* grad, T* sums) {
  with_count<kWeightRows>(t.rows,
                          [&]<int R>() HWY_ATTR { weight_tile<T, R, kVectors, kPlain>(t, src, grad, sums); });
}

template <class T>
HWY_NOINLINE void weight(const ConvWeightTile<T>& t, const T* src, const T* grad, T* sums) {
  const bool side_by_side = t.offsets[t.rows - 1] - t.offsets[0] == t.rows - 1;  // offsets grow
  if (t.columns == 2 * lanes<T>() && side_by_side) {
    weight_rows<T, 2, true>(t, src, grad, sums);
  } else if (t.columns > lanes<T>()) {
    weight_rows<T, 2, false>(t, src, grad, sums);
  } else {
    weight_rows<T, 1, false>(t, src, grad, sums);
  }
}

int64_t weight_row_count() { return kWeightRows; }
void weight_f32(const ConvWeightTile<float>& t, const float* src, const float* grad, float* sums) {
  weight(t, src, grad, sums);
}
void weight_f64(const ConvWeightTile<double>& t, const double* src, const double* grad, double* sums) {
  weight(t, src, grad, sums);
}

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(weight_row_count);
HWY_EXPORT(weight_f32);
HWY_EXPORT(weight_f64);

}  // namespace

int64_t conv_weight_rows() { return HWY_DYNAMIC_DISPATCH(weight_row_count)(); }

template <>
void conv_weight_tile(const ConvWeightTile<float>& tile, const float* src, const float* grad, float* sums) {
  HWY_DYNAMIC_DISPATCH(weight_f32)(tile, src, grad, sums);
}
template <>
void conv_weight_tile(const ConvWeightTile<double>& tile, const double* src, const double* grad,
                      double* sums) {
  HWY_DYNAMIC_DISPATCH(weight_f64)(tile, src, grad, sums);
}

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
