#pragma once

#include <memory>

#include "gradzoo/models/networks/rbm_layer.h"

namespace gradzoo {

/// Returns an RBM with weights N(0, scale^2) and biases N(0, 1).
std::unique_ptr<RbmLayer> random_rbm(int64_t visible, int64_t hidden, double scale, DType dtype,
                                     uint64_t seed);

}  // namespace gradzoo
