#pragma once

#include <vector>

#include "samplers/ais.h"
#include "tools/ledger/row.h"

/// Annealed importance sampling against quadrature in the plane. The measurement takes the estimator as an
/// argument, so that a test can plant an error.
namespace gradzoo {

std::vector<Row> ais_rows();

/// annealed_importance_sampling, or what is tried in its place.
using AisFunction =
    FunctionRef<AisEstimate(AnnealingPath& path, const Tensor& x, std::span<const double> betas, Rng& rng)>;

/// Two unnormalised densities in the plane, draws of the first, and log Z_1 - log Z_0 by quadrature.
struct PlanePair {
  Target from, to;
  double log_ratio;
};
/// N(0, 4 I), normalised, to exp f of a random perceptron with two hidden layers.
PlanePair energy_pair();
/// p(z) = N(0, I) to p(z) p(x|z) of a random decoder 2-16-12 and bits x drawn from it: log p(x).
PlanePair posterior_pair();

/// How far an estimate is from quadrature.
struct AisError {
  double estimate;
  double z;    // in its own standard errors
  double ess;  // share of the chains
};
AisError measure_ais(AisFunction ais, const PlanePair& pair, uint64_t seed);

}  // namespace gradzoo
