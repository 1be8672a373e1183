#pragma once

#include "autograd/tensor.h"

/// What draws of chains say of their mixing. Everywhere draws are (chains, n) with n >= 4; NaN where nothing
/// varies or something is not finite.
namespace gradzoo {

/// Effective sample size for the mean, of all chains together. Geyer's initial monotone sequence over the
/// combined autocorrelations (Vehtari et al. 2021, eqs. 10-13), ended as Stan's `posterior` and ArviZ end it.
/// Draws that alternate can be worth more than their number N, at most N log10 N as in Stan.
double effective_sample_size(const Tensor& draws);

/// Split R-hat: each chain cut in two halves (Gelman et al. 2013, section 11.4). 1 where the chains agree.
double split_rhat(const Tensor& draws);

// By ranks (Vehtari, Gelman, Simpson, Carpenter & Buerkner 2021, "Rank-normalization, folding, and
// localization", section 4), so that heavy tails have meaning too.
/// Effective sample size of the split chains' normal scores: for what lies in the middle of the law.
double bulk_ess(const Tensor& draws);
/// The lesser effective sample size of the shares below the 5 % and the 95 % quantile; of one where the other
/// does not vary.
double tail_ess(const Tensor& draws);
/// The larger split R-hat of the normal scores of the draws, which sees chains of different location, and of
/// their distances from the median, which sees chains of different width.
double rank_normalised_rhat(const Tensor& draws);

}  // namespace gradzoo
