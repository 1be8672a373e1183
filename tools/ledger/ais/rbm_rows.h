#pragma once

#include <vector>

#include "base/function_ref.h"
#include "models/networks/rbm_layer.h"
#include "samplers/partition.h"
#include "tools/ledger/row.h"

/// Annealed importance sampling of restricted Boltzmann machines against enumeration. Each measurement takes
/// what it measures as an argument, so that a test can plant an error.
namespace gradzoo {

std::vector<Row> ais_rbm_rows();

/// What is known of a machine's Z, from independent units with biases base_bias (n).
using PartitionOf = FunctionRef<Partition(const RbmLayer&, const Tensor& base_bias)>;

struct AnnealedZ {
  double z;    // |annealed - exact log Z| in standard errors: the smaller of two seeds
  double ess;  // the smaller of the two
};
/// Upwards on a machine of 24 x 12, 500 chains of 1000 temperatures.
AnnealedZ annealed_against_exact(PartitionOf partition, uint64_t seed);

/// How far, in standard errors, the mean log-weight upwards lies above the exact log Z, or that downwards,
/// from exact samples, below it, in 40 temperatures: the larger of both, the smaller of two seeds. Without
/// error both are far below 0, as Jensen has it.
double bracket_violation(PartitionOf partition, uint64_t seed);

}  // namespace gradzoo
