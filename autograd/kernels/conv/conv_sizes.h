#pragma once

#include <cstdint>

namespace gradzoo::kernels {

/// The sizes of a convolution's three sides: x (B,H,W,in), w (kh,kw,in,out), y (B,oh,ow,out).
struct ConvSizes {
  int64_t batch, height, width, in;
  int64_t kernel_height, kernel_width, out;
  int64_t out_height, out_width;
  int64_t stride, padding, dilation;
};

}  // namespace gradzoo::kernels
