#pragma once

#include "gradzoo/autograd/random.h"
#include "gradzoo/datasets/images/pixels.h"

namespace gradzoo {

/// Returns the images at `rows` (B) i64 of data.values as pixels (B, H*W) of `dtype` (f32 or f64). Random
/// pixels use one draw of rng; fixed_binary pixels only depend on the image. Dequantised values are below 1.
Tensor read_pixels(const Examples& data, const Tensor& rows, Pixels pixels, Rng& rng,
                   DType dtype = DType::f32, FirstRow first_row = {});

}  // namespace gradzoo
