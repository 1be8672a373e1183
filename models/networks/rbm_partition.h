#pragma once

#include <string>

#include "models/networks/rbm_layer.h"
#include "samplers/partition.h"

namespace gradzoo {

/// Of a layer that outlives it, from independent units with biases base_bias (n). What stands for exact
/// samples of a machine that cannot be enumerated are ends of Gibbs chains of 10,000 steps.
Partition rbm_partition(const RbmLayer& layer, const Tensor& base_bias);

/// log Z of an evaluation, and where it is from.
struct RbmLogPartition {
  double value;
  double error;  // standard error; NaN of an exact one
  bool exact;
  std::string how;  // "log Z exact", or "log Z = ... by annealed importance sampling, ..."
};
/// Exact where the layer is enumerable, else by annealing upwards. Deterministic in the seed.
RbmLogPartition rbm_log_partition(const RbmLayer& layer, const Tensor& base_bias,
                                  const AnnealingOptions& options, uint64_t seed);

}  // namespace gradzoo
