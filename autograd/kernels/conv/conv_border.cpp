#include "autograd/kernels/conv/conv_border.h"

namespace gradzoo::kernels {

Border border_of_x(const ConvSizes& s) {
  return {.height = s.height,
          .width = s.width,
          .channels = s.in,
          .top = s.padding,
          .left = s.padding,
          .padded_height =
              std::max(s.padding, (s.out_height - 1) * s.stride + (s.kernel_height - 1) * s.dilation + 1),
          .padded_width =
              std::max(s.padding, (s.out_width - 1) * s.stride + (s.kernel_width - 1) * s.dilation + 1)};
}

int32_t* offsets_of_x(const ConvSizes& s, const Border& border) {
  int32_t* offsets = scratch<int32_t, ConvOffsets>(s.kernel_height * s.kernel_width * s.in);
  int32_t* at = offsets;
  for (int64_t ky = 0; ky < s.kernel_height; ++ky) {
    for (int64_t kx = 0; kx < s.kernel_width; ++kx) {
      for (int64_t c = 0; c < s.in; ++c)
        *at++ = static_cast<int32_t>(ky * s.dilation * border.row() + kx * s.dilation * s.in + c);
    }
  }
  return offsets;
}

}  // namespace gradzoo::kernels
