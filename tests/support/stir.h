#pragma once

#include <algorithm>
#include <vector>

#include "gradzoo/autograd/ops.h"
#include "gradzoo/autograd/random.h"
#include "gradzoo/nn/layers/module.h"

namespace gradzoo::test {

/// Adds random numbers to all parameters, so that a network whose output is initially 0 has another output.
inline void stir(Module& module, uint64_t seed) {
  Rng nudge(seed, "stir");
  for (NamedTensor& p : module.named_parameters()) {
    float* const values = p.tensor.mutable_data<float>();
    const Tensor by = randn(p.tensor.shape(), nudge);
    for (int64_t i = 0; i < p.tensor.size(); ++i) values[i] += 0.1F * by.data<float>()[i];
  }
}

/// Returns the concatenated values of all parameters.
inline std::vector<double> parameter_values(const Module& module) {
  std::vector<double> all;
  for (const NamedTensor& p : module.named_parameters())
    for (const double value : p.tensor.to_vector()) all.push_back(value);
  return all;
}

inline void fill_parameters(const Module& module, float value) {
  for (const NamedTensor& p : module.named_parameters()) {
    Tensor leaf = p.tensor;
    std::fill_n(leaf.mutable_data<float>(), leaf.size(), value);
  }
}

}  // namespace gradzoo::test
