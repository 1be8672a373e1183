#pragma once

#include <span>
#include <vector>

#include "gradzoo/autograd/tensor.h"

/// Diagnostics of mixing. Draws are (chains, n) with n >= 4. The result is NaN if the draws do not vary or
/// are not finite.
namespace gradzoo {

/// Effective sample size for the mean, of all chains together. Geyer's initial monotone sequence over the
/// combined autocorrelations (Vehtari et al. 2021, eqs. 10-13), ended as Stan's `posterior` and ArviZ end it.
/// Antithetic draws can give more than their number N, at most N log10 N as in Stan.
double effective_sample_size(const Tensor& draws);

/// Split R-hat: each chain cut in two halves (Gelman et al. 2013, section 11.4). 1 if the chains agree.
double split_rhat(const Tensor& draws);

// By ranks (Vehtari, Gelman, Simpson, Carpenter & Buerkner 2021, "Rank-normalization, folding, and
// localization", section 4), so that heavy tails have meaning too.
/// Effective sample size of the split chains' normal scores: for the bulk of the distribution.
double bulk_ess(const Tensor& draws);
/// The smaller effective sample size of the shares below the 5 % and the 95 % quantile; if one share does not
/// vary, that of the other.
double tail_ess(const Tensor& draws);
/// The larger split R-hat of the normal scores of the draws, which sees chains of different location, and of
/// their distances from the median, which sees chains of different width.
double rank_normalised_rhat(const Tensor& draws);

/// Phi^-1(p) for 0 < p < 1, to about 1e-16 of it (Wichura 1988, algorithm AS 241).
double standard_normal_quantile(double p);

/// 1 for the least; equal values share the mean of their ranks.
std::vector<double> midranks(std::span<const double> values);
/// Normal scores: Phi^-1((r - 3/8)/(S + 1/4)), where r is a value's rank from 1, averaged over ties (Blom
/// 1958; Vehtari et al. 2021, eq. 14).
std::vector<double> normal_scores(std::span<const double> values);

/// The p-quantile, with linear interpolation (Hyndman & Fan 1996, type 7).
double sample_quantile(std::vector<double> values, double p);

}  // namespace gradzoo
