#pragma once

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/base/options.h"
#include "gradzoo/datasets/images/image_dataset.h"

namespace gradzoo {

/// Conversion of a byte x in 0 ... 255 to a pixel of a model.
enum class Pixels {
  grey,            ///< x/255: no normalised density, so no log p(x)
  dynamic_binary,  ///< 1 with probability x/255, else 0; drawn again for each batch; nats/image
  fixed_binary,    ///< 1 with probability x/255, else 0; drawn once for all runs; nats/image
  dequantised,     ///< (x + u)/256 with u uniform on [0,1), drawn again for each batch; bits/dim
};
/// Names of the conversions in options.
inline constexpr Choice<Pixels> kPixels[] = {{"grey", Pixels::grey},
                                             {"dynamic-binary", Pixels::dynamic_binary},
                                             {"fixed-binary", Pixels::fixed_binary},
                                             {"dequantised", Pixels::dequantised}};

/// Returns true if pixels are 0 or 1.
constexpr bool is_binary(Pixels pixels) {
  return pixels == Pixels::dynamic_binary || pixels == Pixels::fixed_binary;
}

/// Returns the lower bound of the binary cross-entropy of any model of grey pixels, in nats/image: the mean
/// over the images of sum_i H(x_i/255), with H(p) = -p ln p - (1-p) ln(1-p). MNIST's test set: 45.53.
double grey_entropy_floor(const Examples& data);

}  // namespace gradzoo
