#pragma once

#include <cstdint>
#include <vector>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// The square in the middle of an image (height, width, channels), its shorter side long, made `side` x
/// `side`: each new pixel is the mean over the area that it covers, exactly, and rounded once. Growing
/// repeats pixels, blended where they meet. Writes (side, side, channels) to `out`.
void crop_and_resample(const uint8_t* image, int64_t height, int64_t width, int64_t channels, int64_t side,
                       uint8_t* out);

/// The same of all images (N, H, W) or (N, H, W, C) u8, in parallel; those of that size already as they are.
Tensor crop_and_resample(const Tensor& images, int64_t side);

/// Grey of (N, H, W, 3) by ITU-R BT.601 luma, rounded: (N, H, W).
Tensor to_grey(const Tensor& images);
/// Grey three times: (N, H, W) to (N, H, W, 3).
Tensor to_rgb(const Tensor& images);
/// Whether every pixel of (N, H, W, 3) has three equal values.
bool is_grey(const Tensor& images);

}  // namespace gradzoo
