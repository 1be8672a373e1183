#pragma once

#include "gradzoo/autograd/ops.h"

/// Log-densities and divergences in closed form, elementwise and differentiable. Sum them over the axes of
/// one event: sum(log_prob, 1) for rows.
namespace gradzoo {

/// Returns log N(x; mu, exp(logvar)), with broadcasting.
Tensor normal_log_prob(const Tensor& x, const Tensor& mu, const Tensor& logvar);

/// Returns log N(x; 0, 1).
Tensor standard_normal_log_prob(const Tensor& x);

/// Returns KL(N(mu, exp(logvar)) || N(0, 1)) of each dimension, in mu's shape.
Tensor kl_standard_normal(const Tensor& mu, const Tensor& logvar);
/// Returns this KL summed over the last axis: (..., d) -> (...).
Tensor kl_standard_normal_rows(const Tensor& mu, const Tensor& logvar);

/// Returns the quantile z of N(0, 1) for a probability p, 0 < p < 1; throws Error for others.
double normal_quantile(double p);

/// Returns log p(x), where x is 1 with probability sigmoid(logits), else 0; x and logits have one shape.
Tensor bernoulli_log_prob(const Tensor& x, const Tensor& logits);

}  // namespace gradzoo
