#pragma once

#include "gradzoo/autograd/op.h"
#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/ops/cases.h"

/// The convolutions: one family, closed under differentiation. Each op is the gradient of the trilinear form
///   T(x, w, y) = sum x[i stride + k dilation - padding, c] w[k, c, o] y[i, o]
/// with respect to one operand, so each op's gradients are the other two ops. Channels are last:
/// x (..., H, W, in), w (kh, kw, in, out), y (..., oh, ow, out); bias (out), or (0) for none.
namespace gradzoo::ops {

/// y = dT/dy + bias.
struct Conv2d {
  static constexpr const char* name = "conv2d";
  static constexpr const char* formula =
      "y = x * w + b;  dx = conv_transpose2d(g, w);  dw = conv2d_weight(x, g);  db = sum over pixels of g";
  static constexpr Kind kind = Kind::bilinear;
  static constexpr std::array<unsigned, 3> saves = {reads_in(1), reads_in(0), kReadsNothing};
  static constexpr unsigned constants = reads_in(1) | reads_in(2);
  ConvOptions options;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<Conv2d>> cases();
};

/// x = dT/dx + bias, with size `height` and `width`: bias (in).
struct ConvTranspose2d {
  static constexpr const char* name = "conv_transpose2d";
  static constexpr const char* formula =
      "x = conv2d's gradient at y + b;  dy = conv2d(g, w);  dw = conv2d_weight(g, y);  db = sum over pixels "
      "of g";
  static constexpr Kind kind = Kind::bilinear;
  static constexpr std::array<unsigned, 3> saves = {reads_in(1), reads_in(0), kReadsNothing};
  static constexpr unsigned constants = reads_in(1) | reads_in(2);
  ConvOptions options;
  int64_t height = 0, width = 0;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<ConvTranspose2d>> cases();
};

/// w = dT/dw, with size `kernel_height` and `kernel_width`, summed over all images.
struct Conv2dWeight {
  static constexpr const char* name = "conv2d_weight";
  static constexpr const char* formula =
      "w = conv2d's gradient at (x, y);  dx = conv_transpose2d(y, g);  dy = conv2d(x, g)";
  static constexpr Kind kind = Kind::other;
  static constexpr std::array<unsigned, 2> saves = {reads_in(1), reads_in(0)};
  ConvOptions options;
  int64_t kernel_height = 1, kernel_width = 1;
  Shape shape(Inputs in) const;
  void forward(Inputs in, Tensor& out) const;
  void accumulate(Inputs in, Tensor& sum) const;
  void vjp(Vjp& v, const Tensor& g) const;
  static std::vector<OpCase<Conv2dWeight>> cases();
};

}  // namespace gradzoo::ops
