#pragma once

#include <memory>

#include "base/function_ref.h"
#include "models/networks/coupling_flow.h"
#include "tools/ledger/row.h"

/// Identities of flows by affine couplings. Each measurement takes what it measures as an argument, so that a
/// test can plant an error.
namespace gradzoo {

std::vector<Row> realnvp_rows();

/// A flow in f64 whose every parameter is a draw of N(0, 0.2^2), so that no layer is the identity.
std::unique_ptr<CouplingFlow> stirred_flow(const DataShape& shape, uint64_t seed);

using FlowMap = FunctionRef<Mapped(const Tensor& x)>;

/// The largest |x' - x|, x' = inverse(map(x)) for rows x (B, d).
double flow_inverse_error(FlowMap map, FlowMap inverse, const Tensor& x);

/// The largest |log_det - log |det dz/dx|| over rows x (B, d), the determinant from the whole Jacobian.
double flow_logdet_error(FlowMap map, const Tensor& x);

/// |log of the integral of exp log_prob over the plane|: log_prob (B, 2) -> (B).
double flow_mass_error(TensorFn log_prob);

}  // namespace gradzoo
