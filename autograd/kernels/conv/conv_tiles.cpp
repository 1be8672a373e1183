#include "autograd/kernels/conv/conv_tiles.h"

#include <algorithm>

#include "autograd/kernels/pointwise/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "autograd/kernels/conv/conv_tiles.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "autograd/kernels/pointwise/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradzoo::kernels::HWY_NAMESPACE {
namespace {

// Accumulators of a tile, with its operands, fill the registers: 32 of AVX-512 and NEON, 16 of AVX2.
constexpr int64_t kMostPixels = HWY_TARGET == HWY_AVX2 ? 6 : 8;
constexpr int64_t kRowsAtOnce = 192;  // their weights stay in the nearest cache while pixels pass

/// Where some pixels lie that follow each other, over the ends of rows too.
struct Places {
  int64_t src[kMostPixels], dst[kMostPixels];
};

/// Goes through the pixels of a pass.
class PlaceWalk {
 public:
  template <class T>
  explicit PlaceWalk(const ConvPass<T>& pass)
      : width_(pass.width),
        src_step_(pass.src_step),
        dst_step_(pass.dst_step),
        src_turn_(pass.src_row - pass.width * pass.src_step),
        dst_turn_(pass.dst_row - pass.width * pass.dst_step) {}

  Places next(int64_t pixels) {
    Places at{};
    for (int64_t p = 0; p < pixels; ++p) {
      at.src[p] = src_;
      at.dst[p] = dst_;
      src_ += src_step_;
      dst_ += dst_step_;
      if (++x_ < width_) continue;
      x_ = 0;
      src_ += src_turn_;
      dst_ += dst_turn_;
    }
    return at;
  }

 private:
  int64_t width_, src_step_, dst_step_, src_turn_, dst_turn_;
  int64_t x_ = 0, src_ = 0, dst_ = 0;  // of the next pixel
};

/// Some rows of a pass, for a few pixels and kVectors vectors of columns.
template <class T>
struct WideTile {
  const T* src;
  const Places& at;
  const int32_t* offsets;
  int64_t rows;
  const T* weights;
  int64_t weights_row;
  const T* bias;  // null: none
  T* dst;
  int64_t columns;
  bool adds;
};

template <class T, int kPixels, int kVectors>
HWY_INLINE void wide_tile(const WideTile<T>& t) {
  const Tag<T> d;
  const int64_t n = lanes<T>();
  Vector<T> sums[kPixels][kVectors];
  const T* from[kPixels];
  HWY_UNROLL(16)
  for (int p = 0; p < kPixels; ++p) {
    from[p] = t.src + t.at.src[p];
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors; ++v) {
      sums[p][v] = t.adds              ? load_some(t.dst + t.at.dst[p] + v * n, t.columns - v * n)
                   : t.bias != nullptr ? hn::LoadU(d, t.bias + v * n)
                                       : hn::Zero(d);
    }
  }
  const T* weights = t.weights;
  for (int64_t r = 0; r < t.rows; ++r, weights += t.weights_row) {
    const int64_t offset = t.offsets[r];
    Vector<T> w[kVectors];
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors; ++v) w[v] = hn::LoadU(d, weights + v * n);
    HWY_UNROLL(16)
    for (int p = 0; p < kPixels; ++p) {
      const Vector<T> x = hn::Set(d, from[p][offset]);
      HWY_UNROLL(16)
      for (int v = 0; v < kVectors; ++v) sums[p][v] = hn::MulAdd(x, w[v], sums[p][v]);
    }
  }
  HWY_UNROLL(16)
  for (int p = 0; p < kPixels; ++p) {
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors; ++v) store_some(sums[p][v], t.dst + t.at.dst[p] + v * n, t.columns - v * n);
  }
}

template <class T, int kVectors>
HWY_INLINE void wide_tile(int64_t pixels, const WideTile<T>& t) {
  with_count<static_cast<int>(kMostPixels)>(pixels, [&]<int P>() HWY_ATTR { wide_tile<T, P, kVectors>(t); });
}

template <class T>
HWY_NOINLINE void wide(const ConvPass<T>& pass, const T* src, T* dst) {
  const int64_t n = lanes<T>(), padded = (pass.columns + n - 1) / n * n, count = pass.height * pass.width;
  const int64_t tiles = std::max<int64_t>(1, (count + kMostPixels - 1) / kMostPixels);
  const int64_t wanted = (count + tiles - 1) / tiles;  // tiles of nearly one size
  for (int64_t first = 0; first < pass.rows || first == 0; first += kRowsAtOnce) {
    const int64_t rows = std::min(kRowsAtOnce, pass.rows - first);
    for (int64_t column = 0; column < pass.columns; column += 2 * n) {
      const int64_t columns = std::min(2 * n, pass.columns - column);
      PlaceWalk walk(pass);
      for (int64_t done = 0; done < count; done += wanted) {
        const int64_t pixels = std::min(wanted, count - done);
        const Places at = walk.next(pixels);
        const WideTile<T> tile{src,
                               at,
                               pass.offsets + first,
                               rows,
                               pass.weights + first * padded + column,
                               padded,
                               pass.bias == nullptr ? nullptr : pass.bias + column,
                               dst + column,
                               columns,
                               first > 0};
        if (columns > n) {
          wide_tile<T, 2>(pixels, tile);
        } else {
          wide_tile<T, 1>(pixels, tile);
        }
      }
    }
  }
}

/// The sums of the lanes of four vectors.
template <class T>
HWY_INLINE void sums_of_lanes(const Vector<T>* four, T* to) {
  for (int i = 0; i < 4; ++i) to[i] = hn::GetLane(hn::SumOfLanes(Tag<T>(), four[i]));
}

#if HWY_TARGET != HWY_SCALAR
template <class D, class V>
HWY_INLINE auto sum_of_blocks(D d, V v) {
  if constexpr (hn::MaxLanes(d) <= 4) {
    return v;
  } else {
    const hn::Half<D> half;
    return sum_of_blocks(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
}

// All four at once, a lane of each block a vector: a third of the work.
HWY_INLINE void sums_of_lanes(const Vector<float>* four, float* to) {
  const Tag<float> d;
  const auto paired = [&](auto a, auto b) HWY_ATTR {
    return hn::Add(hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b));
  };
  const auto blocks = sum_of_blocks(d, paired(paired(four[0], four[2]), paired(four[1], four[3])));
  hn::StoreU(blocks, hn::DFromV<decltype(blocks)>(), to);
}
#endif

constexpr int kNarrowPixels = 4;

/// Four pixels, one column.
template <class T>
HWY_INLINE void narrow_tile(const ConvPass<T>& pass, const T* src, const Places& at, const T* weights,
                            T start, T* dst) {
  const Tag<T> d;
  const int64_t n = lanes<T>();
  Vector<T> sums[kNarrowPixels];
  HWY_UNROLL(16)
  for (int p = 0; p < kNarrowPixels; ++p) sums[p] = hn::Zero(d);
  for (int64_t r = 0; r < pass.rows; r += pass.run) {
    const T* from = src + pass.offsets[r];
    for (int64_t i = 0; i < pass.run; i += n) {
      const int64_t count = pass.run - i;
      const Vector<T> w = load_some(weights + r + i, count);
      HWY_UNROLL(16)
      for (int p = 0; p < kNarrowPixels; ++p)
        sums[p] = hn::MulAdd(w, load_some(from + at.src[p] + i, count), sums[p]);
    }
  }
  T total[kNarrowPixels];
  sums_of_lanes(sums, total);
  for (int p = 0; p < kNarrowPixels; ++p) dst[at.dst[p]] = start + total[p];
}

template <class T>
HWY_NOINLINE void narrow(const ConvPass<T>& pass, const T* src, T* dst) {
  const int64_t count = pass.height * pass.width;
  PlaceWalk walk(pass);
  for (int64_t done = 0; done < count; done += kNarrowPixels) {
    const int64_t pixels = std::min<int64_t>(kNarrowPixels, count - done);
    Places at = walk.next(pixels);
    // What is missing at the end of the image is its last pixel again.
    for (int64_t p = pixels; p < kNarrowPixels; ++p) {
      at.src[p] = at.src[pixels - 1];
      at.dst[p] = at.dst[pixels - 1];
    }
    for (int64_t o = 0; o < pass.columns; ++o) {
      narrow_tile<T>(pass, src, at, pass.weights + o * pass.rows, pass.bias == nullptr ? T{0} : pass.bias[o],
                     dst + o);
    }
  }
}

auto lanes_by_type() { return ByType{&lanes<float>, &lanes<double>}; }
auto wide_by_type() { return ByType{&wide<float>, &wide<double>}; }
auto narrow_by_type() { return ByType{&narrow<float>, &narrow<double>}; }

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
auto weight_by_type() { return ByType{&weight<float>, &weight<double>}; }

}  // namespace
}  // namespace gradzoo::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradzoo::kernels {
namespace {

HWY_EXPORT(lanes_by_type);
HWY_EXPORT(wide_by_type);
HWY_EXPORT(narrow_by_type);
HWY_EXPORT(weight_row_count);
HWY_EXPORT(weight_by_type);

}  // namespace

template <class T>
int64_t conv_lanes() {
  const auto lanes = HWY_DYNAMIC_DISPATCH(lanes_by_type)();
  return sizeof(T) == 4 ? lanes.f32() : lanes.f64();
}
template int64_t conv_lanes<float>();
template int64_t conv_lanes<double>();

template <class T>
void conv_wide(const ConvPass<T>& pass, const T* src, T* dst) {
  HWY_DYNAMIC_DISPATCH(wide_by_type)()(pass, src, dst);
}
template void conv_wide(const ConvPass<float>&, const float*, float*);
template void conv_wide(const ConvPass<double>&, const double*, double*);

template <class T>
void conv_narrow(const ConvPass<T>& pass, const T* src, T* dst) {
  HWY_DYNAMIC_DISPATCH(narrow_by_type)()(pass, src, dst);
}
template void conv_narrow(const ConvPass<float>&, const float*, float*);
template void conv_narrow(const ConvPass<double>&, const double*, double*);

int64_t conv_weight_rows() { return HWY_DYNAMIC_DISPATCH(weight_row_count)(); }

template <class T>
void conv_weight_tile(const ConvWeightTile<T>& tile, const T* src, const T* grad, T* sums) {
  HWY_DYNAMIC_DISPATCH(weight_by_type)()(tile, src, grad, sums);
}
template void conv_weight_tile(const ConvWeightTile<float>&, const float*, const float*, float*);
template void conv_weight_tile(const ConvWeightTile<double>&, const double*, const double*, double*);

}  // namespace gradzoo::kernels
#endif  // HWY_ONCE
