#include <algorithm>

#include "autograd/kernels/conv/conv.h"
#include "autograd/kernels/conv/conv_border.h"
#include "autograd/kernels/threads/flops.h"
#include "autograd/kernels/threads/parallel.h"
#include "autograd/kernels/threads/scratch.h"

namespace gradzoo::kernels {
namespace {

/// What one axis of x's pixels phase, phase + stride, ... reads of y: tap k reaches y's pixel first(k) + n
/// for the n-th of them, where k is one of the taps that reach any.
struct Phase {
  int64_t phase, kernel, stride, padding, dilation;

  int64_t at(int64_t k) const { return phase + padding - k * dilation; }
  bool reaches(int64_t k) const { return at(k) % stride == 0; }
  int64_t first(int64_t k) const { return at(k) / stride; }  // exact where it reaches
  int64_t taps() const {
    int64_t count = 0;
    for (int64_t k = 0; k < kernel; ++k) count += reaches(k) ? 1 : 0;
    return count;
  }
};

int64_t pixels_of(int64_t phase, int64_t size, int64_t stride) {
  return (size - phase + stride - 1) / stride;
}

// y with what all phases read around it.
Border border_of_y(const ConvSizes& s) {
  Border border{.height = s.out_height,
                .width = s.out_width,
                .channels = s.out,
                .top = 0,
                .left = 0,
                .padded_height = 0,
                .padded_width = 0};
  int64_t bottom = 0, right = 0;
  for (int64_t phase = 0; phase < s.stride; ++phase) {
    const Phase rows{phase, s.kernel_height, s.stride, s.padding, s.dilation};
    for (int64_t k = 0; k < s.kernel_height; ++k) {
      if (!rows.reaches(k)) continue;
      border.top = std::max(border.top, -rows.first(k));
      bottom = std::max(bottom, rows.first(k) + pixels_of(phase, s.height, s.stride));
    }
    const Phase columns{phase, s.kernel_width, s.stride, s.padding, s.dilation};
    for (int64_t k = 0; k < s.kernel_width; ++k) {
      if (!columns.reaches(k)) continue;
      border.left = std::max(border.left, -columns.first(k));
      right = std::max(right, columns.first(k) + pixels_of(phase, s.width, s.stride));
    }
  }
  border.padded_height = border.top + bottom;
  border.padded_width = border.left + right;
  return border;
}

}  // namespace

// A transpose of stride s is s^2 convolutions of stride 1, each with the taps that reach its pixels.
template <class T>
void conv_transpose(const ConvSizes& s, const T* y, const T* w, const T* bias, T* x) {
  counted_flops() += conv_flops(s);
  const int64_t lanes = conv_lanes<T>(), padded = round_up(s.in, lanes);
  const int64_t rows = s.kernel_height * s.kernel_width * s.out;
  const Border border = border_of_y(s);
  int32_t* offsets = scratch<int32_t, ConvOffsets>(rows);
  T* packed = scratch<T, ConvPacked>((rows + 1) * padded);
  T* start = packed + rows * padded;
  if (bias != nullptr) {
    std::copy_n(bias, s.in, start);
    std::fill(start + s.in, start + padded, T{0});
  }
  int64_t done = 0;  // rows of earlier phases
  for (int64_t py = 0; py < std::min(s.stride, s.height); ++py) {
    for (int64_t px = 0; px < std::min(s.stride, s.width); ++px) {
      const Phase down{py, s.kernel_height, s.stride, s.padding, s.dilation};
      const Phase across{px, s.kernel_width, s.stride, s.padding, s.dilation};
      const int64_t run = s.dilation == 1 ? across.taps() * s.out : s.out;
      const bool narrow = is_narrow(s.in, run, lanes);
      const int64_t first = done, count = down.taps() * across.taps() * s.out;
      T* weights = packed + first * padded;
      for (int64_t ky = s.kernel_height; ky-- > 0;) {
        if (!down.reaches(ky)) continue;
        for (int64_t kx = s.kernel_width;
             kx-- > 0;) {  // downwards, so that what they read follows each other
          if (!across.reaches(kx)) continue;
          const T* tap = w + (ky * s.kernel_width + kx) * s.in * s.out;
          const int64_t at =
              (border.top + down.first(ky)) * border.row() + (border.left + across.first(kx)) * s.out;
          for (int64_t o = 0; o < s.out; ++o, ++done) {
            offsets[done] = static_cast<int32_t>(at + o);
            const int64_t r = done - first;
            for (int64_t c = 0; c < s.in; ++c)
              (narrow ? weights[c * count + r] : weights[r * padded + c]) = tap[c * s.out + o];
            if (!narrow) std::fill(weights + r * padded + s.in, weights + (r + 1) * padded, T{0});
          }
        }
      }
    }
  }
  parallel_for(s.batch, 1, 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      const T* image = y + b * s.out_height * s.out_width * s.out;
      if (!border.is_none()) {
        T* copy = scratch<T, ConvPadded>(border.size());
        border.copy(image, copy);
        image = copy;
      }
      int64_t first = 0;
      for (int64_t py = 0; py < std::min(s.stride, s.height); ++py) {
        for (int64_t px = 0; px < std::min(s.stride, s.width); ++px) {
          const int64_t across = Phase{px, s.kernel_width, s.stride, s.padding, s.dilation}.taps();
          const int64_t count =
              Phase{py, s.kernel_height, s.stride, s.padding, s.dilation}.taps() * across * s.out;
          const int64_t run = s.dilation == 1 ? across * s.out : s.out;
          const ConvPass<T> pass{.offsets = offsets + first,
                                 .rows = count,
                                 .run = run,
                                 .weights = packed + first * padded,
                                 .columns = s.in,
                                 .height = pixels_of(py, s.height, s.stride),
                                 .width = pixels_of(px, s.width, s.stride),
                                 .src_row = border.row(),
                                 .src_step = s.out,
                                 .dst_row = s.stride * s.width * s.in,
                                 .dst_step = s.stride * s.in,
                                 .bias = bias == nullptr ? nullptr : start,
                                 .adds = false};
          run_conv_pass(pass, is_narrow(s.in, run, lanes), image,
                        x + ((b * s.height + py) * s.width + px) * s.in);
          first += count;
        }
      }
    }
  });
}
template void conv_transpose(const ConvSizes&, const float*, const float*, const float*, float*);
template void conv_transpose(const ConvSizes&, const double*, const double*, const double*, double*);

}  // namespace gradzoo::kernels
