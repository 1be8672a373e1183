#pragma once

#include "autograd/tensor.h"
#include "base/function_ref.h"
#include "samplers/target.h"
#include "tools/ledger/row.h"

/// Identities of energy-based models. Each measurement takes what it measures as an argument, so that a test
/// can plant an error.
namespace gradzoo {

std::vector<Row> ebm_rows();

/// A loss of a model's log-density, data (B, d) and samples (C, d): what contrastive_divergence gives.
using CdLoss = FunctionRef<Tensor(TensorFn log_density, const Tensor& data, const Tensor& samples)>;
/// |descent direction of the loss - grad mean log p(data)| over the latter's norm, for a network on five
/// states whose samples come in exactly the model's proportions; log p by enumeration.
double cd_gradient_error(CdLoss loss);

using Composition = FunctionRef<Target(const Target& a, const Target& b)>;
/// What the composition of two Gaussians in the plane is held to.
struct CompositionErrors {
  double density;  // largest |log of the normalised product - closed form| where that is above -20, and of
                   // log Z: nats
  double moments;  // largest deviation of a MALA sample's mean or covariance: standard errors
  double acceptance;
};
CompositionErrors measure_composition(Composition compose, uint64_t seed);

}  // namespace gradzoo
