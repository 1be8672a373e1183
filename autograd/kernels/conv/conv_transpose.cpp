#include <algorithm>
#include <numeric>

#include "autograd/kernels/conv/conv.h"
#include "autograd/kernels/conv/conv_border.h"
#include "autograd/kernels/conv/winograd.h"
#include "autograd/kernels/gemm/turn.h"
#include "autograd/kernels/threads/flops.h"
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

/// The pixels of y that all phases of an axis read: from -before to below end.
struct Reach {
  int64_t before = 0, end = 0;
};

Reach reach_of(const ConvSizes& s, int64_t kernel, int64_t size) {
  Reach reach;
  for (int64_t phase = 0; phase < s.stride; ++phase) {
    const Phase axis{phase, kernel, s.stride, s.padding, s.dilation};
    for (int64_t k = 0; k < kernel; ++k) {
      if (!axis.reaches(k)) continue;
      reach.before = std::max(reach.before, -axis.first(k));
      reach.end = std::max(reach.end, axis.first(k) + pixels_of(phase, size, s.stride));
    }
  }
  return reach;
}

// y with what all phases read around it.
Border border_of_y(const ConvSizes& s) {
  const Reach rows = reach_of(s, s.kernel_height, s.height), columns = reach_of(s, s.kernel_width, s.width);
  return {.height = s.out_height,
          .width = s.out_width,
          .channels = s.out,
          .top = rows.before,
          .left = columns.before,
          .padded_height = rows.before + rows.end,
          .padded_width = columns.before + columns.end};
}

/// The convolution that gives x's pixels of one phase down and one across. Fills the rows of its list and of
/// its weights.
template <class T>
ConvPass<T> phase_pass(const ConvSizes& s, const Border& border, int64_t py, int64_t px, const T* w,
                       const T* bias, int32_t* offsets, T* weights) {
  const Phase down{py, s.kernel_height, s.stride, s.padding, s.dilation};
  const Phase across{px, s.kernel_width, s.stride, s.padding, s.dilation};
  const int64_t lanes = conv_lanes<T>(), padded = round_up(s.in, lanes);
  const int64_t count = down.taps() * across.taps() * s.out;
  const int64_t run = s.dilation == 1 ? across.taps() * s.out : s.out;
  const bool narrow = is_narrow(s.in, run, lanes);
  int64_t r = 0;
  // Taps downwards, so that what they read follows each other.
  for (int64_t ky = s.kernel_height; ky-- > 0;) {
    for (int64_t kx = s.kernel_width; kx-- > 0;) {
      if (!down.reaches(ky) || !across.reaches(kx)) continue;
      const T* tap = w + (ky * s.kernel_width + kx) * s.in * s.out;
      const int64_t at =
          (border.top + down.first(ky)) * border.row() + (border.left + across.first(kx)) * s.out;
      for (int64_t o = 0; o < s.out; ++o, ++r) {
        offsets[r] = static_cast<int32_t>(at + o);
        for (int64_t c = 0; c < s.in; ++c)
          (narrow ? weights[c * count + r] : weights[r * padded + c]) = tap[c * s.out + o];
        if (!narrow) std::fill(weights + r * padded + s.in, weights + (r + 1) * padded, T{0});
      }
    }
  }
  return {.offsets = offsets,
          .rows = count,
          .run = run,
          .weights = weights,
          .columns = s.in,
          .height = pixels_of(py, s.height, s.stride),
          .width = pixels_of(px, s.width, s.stride),
          .src_row = border.row(),
          .src_step = s.out,
          .dst_row = s.stride * s.width * s.in,
          .dst_step = s.stride * s.in,
          .bias = bias};
}

/// The rows of x of one phase by Winograd's method, as convolutions of y with the taps that reach them.
void transpose_rows_by_strips(const ConvSizes& s, int64_t py, const Border& border, const float* y,
                              const float* turned, const float* bias, float* x) {
  const Phase down{py, s.kernel_height, s.stride, s.padding, s.dilation};
  const int taps = winograd_taps(s), points = winograd_points(taps);
  int64_t last = s.kernel_height - 1;  // tap that reaches these rows
  while (!down.reaches(last)) --last;
  const int64_t tap = s.out * s.in;
  const Strips strips{.taps = taps,
                      .results = pixels_of(py, s.height, s.stride),
                      .height = s.out_height,
                      .width = s.out_width,
                      .channels = s.out,
                      .first = down.first(last),
                      .step = 1,
                      .phases = 1,
                      .left = border.left,
                      .padded_width = border.padded_width};
  StripPass passes[kMostWinogradStride];
  const int64_t across = std::min(s.stride, s.width);
  int32_t* offsets = scratch<int32_t, ConvOffsets>(s.kernel_width * s.out);
  float* weights = scratch<float, ConvPacked>(points * s.kernel_width * tap);
  for (int64_t px = 0; px < across; ++px) {
    const Phase along{px, s.kernel_width, s.stride, s.padding, s.dilation};
    const int64_t rows = along.taps() * s.out;
    passes[px] = {.offsets = offsets,
                  .rows = rows,
                  .weights = weights,
                  .columns = s.in,
                  .width = pixels_of(px, s.width, s.stride),
                  .src_step = s.out,
                  .dst_step = s.stride * s.in,
                  .first = px * s.in};
    int64_t r = 0;
    for (int64_t kx = s.kernel_width; kx-- > 0;) {
      if (!along.reaches(kx)) continue;
      std::iota(offsets + r, offsets + r + s.out,
                static_cast<int32_t>((border.left + along.first(kx)) * s.out));
      WinogradRows map{.size = tap};
      for (int i = 0; i < taps; ++i)
        map.from[i] = turned + ((last - i * s.stride) * s.kernel_width + kx) * tap;
      for (int j = 0; j < points; ++j) map.to[j] = weights + j * rows * s.in + r * s.in;
      winograd_rows(WinogradMap::weight, taps, map);
      r += s.out;
    }
    offsets += rows;
    weights += points * rows * s.in;
  }
  const int64_t row = s.width * s.in;
  run_strips(strips, {passes, static_cast<size_t>(across)}, s.batch, y,
             {.to = x + py * row, .image = s.height * row, .row = s.stride * row, .size = row, .bias = bias});
}

/// x by Winograd's method.
void transpose_by_strips(const ConvSizes& s, const float* y, const float* w, const float* bias, float* x) {
  const int64_t taps = s.kernel_height * s.kernel_width, tap = s.in * s.out, row = s.width * s.in;
  auto* const turned = scratch<float, ConvTurned>(taps * tap + row);
  parallel_for(taps, 1, 1, [&](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) turn(w + k * tap, s.out, s.in, s.out, turned + k * tap, s.in);
  });
  bias = repeated_bias(bias, s.in, s.width, turned + taps * tap);
  const Border border = border_of_y(s);
  for (int64_t py = 0; py < std::min(s.stride, s.height); ++py)
    transpose_rows_by_strips(s, py, border, y, turned, bias, x);
}

}  // namespace

// A transpose of stride s is s^2 convolutions of stride 1, each with the taps that reach its pixels.
template <class T>
void conv_transpose(const ConvSizes& s, const T* y, const T* w, const T* bias, T* x) {
  counted_flops() += conv_flops(s);
  if constexpr (sizeof(T) == 4) {
    if (by_winograd(s)) return transpose_by_strips(s, y, w, bias, x);
  }
  const int64_t padded = round_up(s.in, conv_lanes<T>());
  const int64_t rows = s.kernel_height * s.kernel_width * s.out;
  const int64_t down = std::min(s.stride, s.height), across = std::min(s.stride, s.width);
  const Border border = border_of_y(s);
  int32_t* offsets = scratch<int32_t, ConvOffsets>(rows);
  T* packed = scratch<T, ConvPacked>((rows + 1) * padded);
  bias = padded_bias(bias, s.in, padded, packed + rows * padded);
  auto* const passes = scratch<ConvPass<T>, ConvPasses>(down * across);
  int64_t first = 0;  // of a phase's rows
  for (int64_t phase = 0; phase < down * across; ++phase) {
    passes[phase] = phase_pass(s, border, phase / across, phase % across, w, bias, offsets + first,
                               packed + first * padded);
    first += passes[phase].rows;
  }
  for_bordered_images(s.batch, border, y, [&](int64_t b, const T* image) {
    for (int64_t phase = 0; phase < down * across; ++phase)
      run_conv_pass(passes[phase], image,
                    x + ((b * s.height + phase / across) * s.width + phase % across) * s.in);
  });
}
template void conv_transpose(const ConvSizes&, const float*, const float*, const float*, float*);
template void conv_transpose(const ConvSizes&, const double*, const double*, const double*, double*);

}  // namespace gradzoo::kernels
