#pragma once

#include "gradzoo/autograd/tensor.h"

namespace gradzoo {

/// Ends of Langevin chains, and their denoising.
struct ScoreSamples {
  Tensor raw;       // (n, d)
  Tensor denoised;  // (n, d); raw where there is no noise or none is to be taken off
};

}  // namespace gradzoo
