#pragma once

#include "gradzoo/autograd/ops.h"

/// Log-densities and divergences in closed form, elementwise and differentiable. Sum them over the axes that
/// make one event: sum(log_prob, 1) for rows.
namespace gradzoo {

/// log N(x; mu, e^logvar), all of one shape or broadcast.
Tensor normal_log_prob(const Tensor& x, const Tensor& mu, const Tensor& logvar);
/// log N(x; 0, 1)
Tensor standard_normal_log_prob(const Tensor& x);

/// KL(N(mu, e^logvar) || N(0, 1)) of each dimension, of mu's shape.
Tensor kl_standard_normal(const Tensor& mu, const Tensor& logvar);
/// The same summed over the last axis: (..., d) -> (...).
Tensor kl_standard_normal_rows(const Tensor& mu, const Tensor& logvar);

/// The z below which N(0, 1) has the probability p, 0 < p < 1.
double normal_quantile(double p);

/// log p(x) for x = 1 with probability sigmoid(logits), else 0; x and logits of one shape.
Tensor bernoulli_log_prob(const Tensor& x, const Tensor& logits);

}  // namespace gradzoo
