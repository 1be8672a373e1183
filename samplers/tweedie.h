#pragma once

#include "autograd/tensor.h"

namespace gradzoo {

/// E[x | x~] = x~ + sigma^2 s(x~), the best guess at what was there before N(0, sigma^2 I) was added, s the
/// score of the noisy density (Tweedie; Efron 2011, eq. 1.4). All (B, d).
Tensor tweedie_denoised(const Tensor& noisy, const Tensor& score, double sigma);

}  // namespace gradzoo
