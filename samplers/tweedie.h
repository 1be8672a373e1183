#pragma once

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// E[x | x~] = x~ + sigma^2 s(x~): the conditional mean of the clean x given x~ with noise N(0, sigma^2 I),
/// where s is the score of the noisy density (Tweedie; Efron 2011, eq. 1.4). All (B, d).
Tensor tweedie_denoised(const Tensor& noisy, const Tensor& score, double sigma);

}  // namespace gradzoo
