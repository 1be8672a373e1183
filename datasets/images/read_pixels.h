#pragma once

#include "gradzoo/autograd/random.h"
#include "gradzoo/datasets/images/pixels.h"

namespace gradzoo {

/// The images at `rows` (B) i64 of data.values, as `dtype` (f32 or f64): (B, H*W). Pixels that are
/// drawn anew take one draw of rng; with fixed_binary they depend on the image alone. Dequantised values stay
/// below 1 in the given dtype.
Tensor read_pixels(const Examples& data, const Tensor& rows, Pixels pixels, Rng& rng,
                   DType dtype = DType::f32, FirstRow first_row = {});

}  // namespace gradzoo
