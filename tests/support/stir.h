#pragma once

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/nn/layers/module.h"

namespace gradzoo::test {

/// Moves every parameter by chance, so that a network which begins as zeros says something.
inline void stir(Module& module, uint64_t seed) {
  Rng nudge(seed, "stir");
  for (NamedTensor& p : module.named_parameters()) {
    float* const values = p.tensor.mutable_data<float>();
    const Tensor by = randn(p.tensor.shape(), nudge);
    for (int64_t i = 0; i < p.tensor.size(); ++i) values[i] += 0.1F * by.data<float>()[i];
  }
}

}  // namespace gradzoo::test
