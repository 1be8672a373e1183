#pragma once

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// The peak signal-to-noise ratio of every image, in dB: 10 log10(1 / mean over its pixels of (image -
/// truth)^2), pixels of [0, 1], the peak 1. Infinite where both are equal; of independent noise of standard
/// deviation sigma -20 log10(sigma) in the limit of many pixels. images and truth (n, pixels) -> (n) f64.
/// Throws Error where the shapes differ or there is no pixel.
Tensor psnr(const Tensor& images, const Tensor& truth);

}  // namespace gradzoo
