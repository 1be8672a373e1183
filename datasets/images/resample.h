#pragma once

#include <cstdint>
#include <vector>

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// Crops an image (height, width, channels) to its central square and resamples it to `side` x `side`. Each
/// new pixel is the exact mean over the area that it covers, rounded once. An enlarged image repeats pixels
/// and blends them at their borders. Writes (side, side, channels) to `out`.
void crop_and_resample(const uint8_t* image, int64_t height, int64_t width, int64_t channels, int64_t side,
                       uint8_t* out);

/// Crops and resamples all images (N, H, W) or (N, H, W, C) u8 in parallel; this size is kept.
Tensor crop_and_resample(const Tensor& images, int64_t side);

/// Converts (N, H, W, 3) to grey (N, H, W): ITU-R BT.601 luma, rounded.
Tensor to_grey(const Tensor& images);
/// Converts grey (N, H, W) to (N, H, W, 3) with three equal channels.
Tensor to_rgb(const Tensor& images);
/// Returns true if every pixel of (N, H, W, 3) has three equal values.
bool is_grey(const Tensor& images);

}  // namespace gradzoo
