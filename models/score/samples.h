#pragma once

#include "autograd/tensor.h"

namespace gradzoo {

/// Ends of Langevin chains, and what lies under their noise.
struct ScoreSamples {
  Tensor raw;       // (n, d)
  Tensor denoised;  // (n, d); raw where there is no noise or none is to be taken off
};

}  // namespace gradzoo
