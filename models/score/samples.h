#pragma once

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// The ends of Langevin chains, raw and denoised.
struct ScoreSamples {
  Tensor raw;       // (n, d)
  Tensor denoised;  // (n, d); equal to raw without noise or without denoising
};

}  // namespace gradzoo
