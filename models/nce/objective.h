#pragma once

#include "autograd/ops.h"

/// Noise-contrastive estimation (Gutmann & Hyvarinen 2010): a classifier between data and noise of known
/// density p_n, with nu noise points for each data point. With log_model = f(x) - c its odds that x is data
/// are
///     D / (1 - D) = e^{f(x) - c} / (nu p_n(x)),
/// so it is best if e^{f - c} = p_data; then c = log Z normalises f. Everything is computed in logarithms.
namespace gradzoo {

/// log D/(1-D) of each x: log_model, log_noise (B) -> (B).
Tensor nce_logit(const Tensor& log_model, const Tensor& log_noise, double nu = 1);
/// -log D of each data point's logit.
Tensor nce_data_loss(const Tensor& logit);
/// -log(1 - D) of each noise point's logit.
Tensor nce_noise_loss(const Tensor& logit);

/// Conditional NCE (Ceylan & Gutmann 2018) with symmetric noise y = x + eps xi: which of x and y is the data
/// point? Z cancels. -log sigmoid(f(x) - f(y)) of each pair: (B), (B) -> (B).
Tensor cnce_loss(const Tensor& f_data, const Tensor& f_noise);

}  // namespace gradzoo
