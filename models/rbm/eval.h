#pragma once

#include "gradzoo/models/base/model.h"
#include "gradzoo/models/networks/rbm_layer.h"

namespace gradzoo {

/// Measurements of every example, (N) each.
struct RbmNumbers {
  Tensor free_energy;
  Tensor wrong;  // sum_i |x_i - P(x_i = 1 | h)|, h ~ P(h | x)
};
/// Measures all examples. Deterministic in the seed.
RbmNumbers rbm_numbers(const RbmLayer& layer, const Examples& examples, Pixels pixels, uint64_t seed);

/// Returns the mean of -F - log Z, with a standard error that includes the error of an estimated log Z.
Quantity rbm_log_likelihood(const RbmNumbers& numbers, const Quantity& log_z);

/// Returns the mean F of up to 10,000 of data.examples minus the mean F of as many of data.train.
double rbm_free_energy_gap(const RbmLayer& layer, const DataView& data, Pixels pixels);

}  // namespace gradzoo
