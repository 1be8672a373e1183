#pragma once

#include "autograd/kernels/random/random.h"
#include "gradzoo/datasets/images/pixels.h"

namespace gradzoo {

/// The images at `rows` (B) i64 of data.values, as `dtype` (f32 or f64): (B, H*W). Random values are a pure
/// function of `at`, whose first_row belongs to the first of `rows`; with fixed_binary they depend on the
/// image alone. Dequantised values stay below 1 in the given dtype.
Tensor read_pixels(const Examples& data, const Tensor& rows, Pixels pixels, const RandomAddress& at,
                   DType dtype = DType::f32);

}  // namespace gradzoo
