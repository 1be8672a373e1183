#pragma once

#include "autograd/kernels/random/random.h"
#include "autograd/tensor.h"
#include "base/options.h"
#include "datasets/images/image_dataset.h"

namespace gradzoo {

/// How a byte x in 0 ... 255 becomes a pixel of a model.
enum class Pixels {
  grey,            ///< x/255: no normalised density, so no log p(x)
  dynamic_binary,  ///< 1 with probability x/255, else 0, drawn anew at each visit: nats/image
  fixed_binary,    ///< the same drawn once, for every run: nats/image
  dequantised,     ///< (x + u)/256, u uniform on [0,1), drawn anew at each visit: bits/dim
};

/// Their names in options.
inline constexpr Choice<Pixels> kPixels[] = {{"grey", Pixels::grey},
                                             {"dynamic-binary", Pixels::dynamic_binary},
                                             {"fixed-binary", Pixels::fixed_binary},
                                             {"dequantised", Pixels::dequantised}};

/// Whether a pixel is 0 or 1.
constexpr bool is_binary(Pixels pixels) {
  return pixels == Pixels::dynamic_binary || pixels == Pixels::fixed_binary;
}

/// The images at `rows` (B) i64 of data.values, as `dtype` (f32 or f64): (B, H*W). Random values are a pure
/// function of `at`, whose first_row belongs to the first of `rows`; with fixed_binary they depend on the
/// image alone. Dequantised values stay below 1 in the given dtype.
Tensor read_pixels(const Examples& data, const Tensor& rows, Pixels pixels, const RandomAddress& at,
                   DType dtype = DType::f32);

/// The lower bound of the binary cross-entropy of any model of grey pixels, in nats/image: the mean over the
/// images of sum_i H(x_i/255), with H(p) = -p ln p - (1-p) ln(1-p). For MNIST's test set 45.53.
double grey_entropy_floor(const Examples& data);

}  // namespace gradzoo
