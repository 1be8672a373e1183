#include <algorithm>

#include "autograd/kernels/conv/conv_tiles.h"
#include "autograd/kernels/pointwise/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/conv/conv_pass_tiles.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/conv/conv_vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

// Accumulators of a tile, with its operands, fill the registers: 32 of AVX-512 and NEON, 16 of AVX2.
constexpr int64_t kMostPixels = HWY_TARGET == HWY_AVX2 ? 6 : 8;
constexpr int64_t kRowsAtOnce = 192;  // their weights stay in the nearest cache while pixels pass

/// Some rows of a pass, for a few pixels beside each other and kVectors vectors of columns.
template <class T>
struct WideTile {
  const T* src;
  int64_t src_step;
  const int32_t* offsets;
  int64_t rows;
  const T* weights;
  int64_t weights_row;
  const T* bias;  // null: none
  T* dst;
  int64_t dst_step;
  int64_t columns;
  bool adds;
};

template <class T, int kPixels, int kVectors>
HWY_INLINE void wide_tile(const WideTile<T>& t) {
  const Tag<T> d;
  const int64_t n = lanes<T>();
  Vector<T> sums[kPixels][kVectors];
  HWY_UNROLL(16)
  for (int p = 0; p < kPixels; ++p) {
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors; ++v) {
      sums[p][v] = t.adds              ? load_some(t.dst + p * t.dst_step + v * n, t.columns - v * n)
                   : t.bias != nullptr ? hn::LoadU(d, t.bias + v * n)
                                       : hn::Zero(d);
    }
  }
  const T* weights = t.weights;
  for (int64_t r = 0; r < t.rows; ++r, weights += t.weights_row) {
    const T* from = t.src + t.offsets[r];
    Vector<T> w[kVectors];
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors; ++v) w[v] = hn::LoadU(d, weights + v * n);
    HWY_UNROLL(16)
    for (int p = 0; p < kPixels; ++p) {
      const Vector<T> x = hn::Set(d, from[p * t.src_step]);
      HWY_UNROLL(16)
      for (int v = 0; v < kVectors; ++v) sums[p][v] = hn::MulAdd(x, w[v], sums[p][v]);
    }
  }
  HWY_UNROLL(16)
  for (int p = 0; p < kPixels; ++p) {
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors; ++v)
      store_some(sums[p][v], t.dst + p * t.dst_step + v * n, t.columns - v * n);
  }
}

template <class T, int kVectors>
HWY_INLINE void wide_tile(int64_t pixels, const WideTile<T>& t) {
  switch (pixels) {
    case 1:
      return wide_tile<T, 1, kVectors>(t);
    case 2:
      return wide_tile<T, 2, kVectors>(t);
    case 3:
      return wide_tile<T, 3, kVectors>(t);
    case 4:
      return wide_tile<T, 4, kVectors>(t);
    case 5:
      return wide_tile<T, 5, kVectors>(t);
    case 6:
      return wide_tile<T, 6, kVectors>(t);
    case 7:
      return wide_tile<T, 7, kVectors>(t);
    default:
      return wide_tile<T, 8, kVectors>(t);
  }
}

template <class T>
HWY_NOINLINE void wide(const ConvPass<T>& pass, const T* src, T* dst) {
  const int64_t n = lanes<T>(), padded = (pass.columns + n - 1) / n * n;
  const int64_t tiles = (pass.width + kMostPixels - 1) / kMostPixels;
  const int64_t wanted = (pass.width + tiles - 1) / tiles;  // tiles of nearly one size
  for (int64_t first = 0; first < pass.rows || first == 0; first += kRowsAtOnce) {
    const int64_t rows = std::min(kRowsAtOnce, pass.rows - first);
    for (int64_t column = 0; column < pass.columns; column += 2 * n) {
      const int64_t columns = std::min(2 * n, pass.columns - column);
      for (int64_t y = 0; y < pass.height; ++y) {
        for (int64_t x = 0; x < pass.width; x += wanted) {
          const WideTile<T> tile{src + y * pass.src_row + x * pass.src_step,
                                 pass.src_step,
                                 pass.offsets + first,
                                 rows,
                                 pass.weights + first * padded + column,
                                 padded,
                                 pass.bias == nullptr ? nullptr : pass.bias + column,
                                 dst + y * pass.dst_row + x * pass.dst_step + column,
                                 pass.dst_step,
                                 columns,
                                 first > 0};
          const int64_t pixels = std::min(wanted, pass.width - x);
          if (columns > n) {
            wide_tile<T, 2>(pixels, tile);
          } else {
            wide_tile<T, 1>(pixels, tile);
          }
        }
      }
    }
  }
}

/// kPixels pixels beside each other, one column.
template <class T, int kPixels>
HWY_INLINE void narrow_tile(const ConvPass<T>& pass, const T* src, const T* weights, T start, T* dst) {
  const Tag<T> d;
  const int64_t n = lanes<T>();
  Vector<T> sums[kPixels];
  HWY_UNROLL(16)
  for (int p = 0; p < kPixels; ++p) sums[p] = hn::Zero(d);
  for (int64_t r = 0; r < pass.rows; r += pass.run) {
    const T* from = src + pass.offsets[r];
    for (int64_t i = 0; i < pass.run; i += n) {
      const int64_t count = pass.run - i;
      const Vector<T> w = load_some(weights + r + i, count);
      HWY_UNROLL(16)
      for (int p = 0; p < kPixels; ++p)
        sums[p] = hn::MulAdd(w, load_some(from + p * pass.src_step + i, count), sums[p]);
    }
  }
  HWY_UNROLL(16)
  for (int p = 0; p < kPixels; ++p) {
    T* to = dst + p * pass.dst_step;
    *to = start + hn::GetLane(hn::SumOfLanes(d, sums[p]));
  }
}

template <class T>
HWY_NOINLINE void narrow(const ConvPass<T>& pass, const T* src, T* dst) {
  constexpr int kPixels = 4;
  for (int64_t y = 0; y < pass.height; ++y) {
    for (int64_t x = 0; x < pass.width;) {
      const T* from = src + y * pass.src_row + x * pass.src_step;
      T* to = dst + y * pass.dst_row + x * pass.dst_step;
      const bool whole = x + kPixels <= pass.width;
      for (int64_t o = 0; o < pass.columns; ++o) {
        const T* weights = pass.weights + o * pass.rows;
        const T start = pass.bias == nullptr ? T{0} : pass.bias[o];
        if (whole) {
          narrow_tile<T, kPixels>(pass, from, weights, start, to + o);
        } else {
          narrow_tile<T, 1>(pass, from, weights, start, to + o);
        }
      }
      x += whole ? kPixels : 1;
    }
  }
}

int64_t lanes_f32() { return lanes<float>(); }
int64_t lanes_f64() { return lanes<double>(); }
void wide_f32(const ConvPass<float>& pass, const float* src, float* dst) { wide(pass, src, dst); }
void wide_f64(const ConvPass<double>& pass, const double* src, double* dst) { wide(pass, src, dst); }
void narrow_f32(const ConvPass<float>& pass, const float* src, float* dst) { narrow(pass, src, dst); }
void narrow_f64(const ConvPass<double>& pass, const double* src, double* dst) { narrow(pass, src, dst); }

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(lanes_f32);
HWY_EXPORT(lanes_f64);
HWY_EXPORT(wide_f32);
HWY_EXPORT(wide_f64);
HWY_EXPORT(narrow_f32);
HWY_EXPORT(narrow_f64);

}  // namespace

template <>
int64_t conv_lanes<float>() {
  return HWY_DYNAMIC_DISPATCH(lanes_f32)();
}
template <>
int64_t conv_lanes<double>() {
  return HWY_DYNAMIC_DISPATCH(lanes_f64)();
}
template <>
void conv_wide(const ConvPass<float>& pass, const float* src, float* dst) {
  HWY_DYNAMIC_DISPATCH(wide_f32)(pass, src, dst);
}
template <>
void conv_wide(const ConvPass<double>& pass, const double* src, double* dst) {
  HWY_DYNAMIC_DISPATCH(wide_f64)(pass, src, dst);
}
template <>
void conv_narrow(const ConvPass<float>& pass, const float* src, float* dst) {
  HWY_DYNAMIC_DISPATCH(narrow_f32)(pass, src, dst);
}
template <>
void conv_narrow(const ConvPass<double>& pass, const double* src, double* dst) {
  HWY_DYNAMIC_DISPATCH(narrow_f64)(pass, src, dst);
}

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
