#include "autograd/kernels/conv/conv.h"

#include <algorithm>

#include "autograd/kernels/conv/conv_border.h"
#include "autograd/kernels/conv/winograd.h"
#include "autograd/kernels/threads/flops.h"
#include "autograd/kernels/threads/scratch.h"

namespace gradzoo::kernels {
namespace {

// (rows, columns) with each row padded to whole vectors; where narrow, (columns, rows).
template <class T>
void pack(const T* w, int64_t rows, int64_t columns, int64_t padded, bool narrow, T* to) {
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t o = 0; o < columns; ++o)
      (narrow ? to[o * rows + r] : to[r * padded + o]) = w[r * columns + o];
    if (!narrow) std::fill(to + r * padded + columns, to + (r + 1) * padded, T{0});
  }
}

/// y by Winograd's method.
void conv_by_strips(const ConvSizes& s, const float* x, const float* w, const float* bias, float* y) {
  const Strips strips = strips_of_x(s);
  const int64_t rows = s.stride * s.kernel_width * s.in, row = s.out_width * s.out;
  const int64_t points = winograd_points(strips.taps);
  float* const weights = scratch<float, ConvPacked>(points * rows * s.out + row);
  transform_weights(s, w, weights);
  const StripPass along{.offsets = offsets_of_strip(s),
                        .rows = rows,
                        .weights = weights,
                        .columns = s.out,
                        .width = s.out_width,
                        .src_step = s.stride * s.in,
                        .dst_step = s.out,
                        .first = 0};
  run_strips(strips, {&along, 1}, s.batch, x,
             {.to = y,
              .image = s.out_height * row,
              .row = row,
              .size = row,
              .bias = repeated_bias(bias, s.out, s.out_width, weights + points * rows * s.out)});
}

}  // namespace

template <class T>
void conv(const ConvSizes& s, const T* x, const T* w, const T* bias, T* y) {
  counted_flops() += conv_flops(s);
  if constexpr (sizeof(T) == 4) {
    if (by_winograd(s)) return conv_by_strips(s, x, w, bias, y);
  }
  const int64_t rows = s.kernel_height * s.kernel_width * s.in, padded = round_up(s.out, conv_lanes<T>());
  const Border border = border_of_x(s);
  const int64_t run = s.dilation == 1 ? s.kernel_width * s.in : s.in;
  T* packed = scratch<T, ConvPacked>((rows + 1) * padded);
  pack(w, rows, s.out, padded, is_narrow(s.out, run, conv_lanes<T>()), packed);
  const ConvPass<T> pass{.offsets = offsets_of_x(s, border),
                         .rows = rows,
                         .run = run,
                         .weights = packed,
                         .columns = s.out,
                         .height = s.out_height,
                         .width = s.out_width,
                         .src_row = s.stride * border.row(),
                         .src_step = s.stride * s.in,
                         .dst_row = s.out_width * s.out,
                         .dst_step = s.out,
                         .bias = padded_bias(bias, s.out, padded, packed + rows * padded)};
  for_bordered_images(s.batch, border, x, [&](int64_t b, const T* image) {
    run_conv_pass(pass, image, y + b * s.out_height * s.out_width * s.out);
  });
}
template void conv(const ConvSizes&, const float*, const float*, const float*, float*);
template void conv(const ConvSizes&, const double*, const double*, const double*, double*);

}  // namespace gradzoo::kernels
