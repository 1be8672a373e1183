#pragma once

#include "autograd/functional/functional.h"
#include "base/function_ref.h"

namespace gradzoo {

/// u(x, t): x (B, d) -> (B, d).
using VelocityFn = FunctionRef<Tensor(const Tensor& x, double t)>;

/// How a density is integrated along a flow.
struct FlowDensityOptions {
  int64_t steps = 24;            ///< from data to noise
  double noise = 1;              ///< standard deviation of the density at t = 0
  TraceOptions divergence = {};  ///< exact unless it says otherwise
};

/// log p_1(x) of points x (B, d) under the flow of u that carries N(0, noise^2 I) from t = 0 to 1: (B). Along
/// a path
///   d log p_t / dt = -div u(x_t, t)   (Chen et al. 2018, eq. 8),
/// so it is log N(x_0; 0, noise^2 I) minus the integral, both computed backwards from t = 1 by `steps`
/// Runge-Kutta steps of fourth order. Nothing is recorded.
Tensor flow_log_density(VelocityFn u, const Tensor& x, const FlowDensityOptions& options = {});

}  // namespace gradzoo
