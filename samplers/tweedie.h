#pragma once

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// Returns the conditional mean of the clean x given x~ = x + noise, noise ~ N(0, sigma^2 I): E[x | x~] = x~
/// + sigma^2 s(x~), where s is the score of the noisy density (Tweedie; Efron 2011, eq. 1.4). All are (B, d).
Tensor tweedie_denoised(const Tensor& noisy, const Tensor& score, double sigma);

}  // namespace gradzoo
