#pragma once

#include <string>

#include "models/networks/rbm_layer.h"
#include "samplers/partition.h"

namespace gradzoo {

/// The partition function of a layer, which must outlive it; annealing starts at independent units with
/// biases base_bias (n). If the machine cannot be enumerated, the ends of Gibbs chains of 10,000 steps
/// replace exact samples.
Partition rbm_partition(const RbmLayer& layer, const Tensor& base_bias);

/// log Z of an evaluation, and how it was computed.
struct RbmLogPartition {
  double value;         ///< nats
  double error;         ///< standard error; NaN of an exact one, by enumeration
  std::string how;      ///< "log Z exact", or "log Z = ... by annealed importance sampling, ..."
  bool trusted = true;  ///< unless a few chains carry the estimate
};
/// Exact if the layer can be enumerated, otherwise by forward annealing. Deterministic in the seed.
RbmLogPartition rbm_log_partition(const RbmLayer& layer, const Tensor& base_bias,
                                  const AnnealingOptions& options, uint64_t seed);

}  // namespace gradzoo
