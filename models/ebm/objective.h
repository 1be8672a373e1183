#pragma once

#include "autograd/tensor.h"

/// Energy-based models: p(x) = exp f(x) / Z, Z unknown (contrastive divergence: Hinton 2002; with chains that
/// go on: Tieleman 2008; with a replay buffer and Langevin steps: Du & Mordatch 2019).
namespace gradzoo {

/// The objective of a batch, and its parts.
struct CdTerms {
  Tensor loss;      // scalar, to descend: its gradient is meant, its value is no likelihood
  Tensor f_data;    // (B), detached
  Tensor f_sample;  // (C), detached
};

/// Contrastive divergence: loss = -(mean f(data) - mean f(samples)) + l2 (mean f(data)^2 + mean
/// f(samples)^2), samples held fixed. With samples of the model itself and l2 = 0, minus its gradient is that
/// of the mean log p(data):
///   grad log p(x) = grad f(x) - E_model grad f   (Hinton 2002, eq. 3).
/// data (B, d), samples (C, d). Recorded where a tape is alive.
CdTerms contrastive_divergence(TensorFn log_density, const Tensor& data, const Tensor& samples,
                               double l2 = 0);

/// The largest |f(data) - f(samples)| of a model of this dimension that has not diverged. E_data f - E_model
/// f is of the order of the dimension for any model that has learned something: far beyond it, the network
/// learns faster than its chains move. If l2 holds f near 0, a gap of 1/l2 is the best for any samples, and
/// with one above 2/l2 the loss is higher than with f = 0.
double largest_gap(int64_t dimension, double l2);

}  // namespace gradzoo
