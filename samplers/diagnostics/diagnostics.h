#pragma once

#include <span>
#include <vector>

#include "gradzoo/autograd/tensor.h"

/// Diagnostics of mixing. Draws are (chains, n) with n >= 4. The result is NaN if the draws do not vary or
/// are not finite.
namespace gradzoo {

/// Returns the effective sample size for the mean, of all chains together. Geyer's initial monotone sequence
/// over the combined autocorrelations (Vehtari et al. 2021, eqs. 10-13), ended as Stan's `posterior` and
/// ArviZ end it. It can exceed the number N of draws if they are antithetic; its maximum is N log10 N, as in
/// Stan.
double effective_sample_size(const Tensor& draws);

/// Returns split R-hat, for which each chain is cut in two halves (Gelman et al. 2013, section 11.4): 1 if
/// the chains agree.
double split_rhat(const Tensor& draws);

// The next three use ranks, so that they are meaningful for heavy tails too (Vehtari, Gelman, Simpson,
// Carpenter & Buerkner 2021, "Rank-normalization, folding, and localization", section 4).

/// Returns the effective sample size of the split chains' normal scores, for the bulk of the distribution.
double bulk_ess(const Tensor& draws);
/// Returns the smaller of the effective sample sizes of the shares below the 5 % and the 95 % quantile. If
/// one share does not vary, it returns the other share's.
double tail_ess(const Tensor& draws);
/// Returns the larger of two split R-hats: one of the normal scores of the draws, which detects chains of
/// different location, and one of the distances from the median, which detects chains of different width.
double rank_normalised_rhat(const Tensor& draws);

/// Returns Phi^-1(p) for 0 < p < 1, with a relative error of about 1e-16 (Wichura 1988, algorithm AS 241).
double standard_normal_quantile(double p);
/// Returns the ranks of values from 1; equal values share the mean of their ranks.
std::vector<double> midranks(std::span<const double> values);
/// Returns normal scores: Phi^-1((r - 3/8)/(S + 1/4)), where r is a value's rank from 1, averaged over ties
/// (Blom 1958; Vehtari et al. 2021, eq. 14).
std::vector<double> normal_scores(std::span<const double> values);
/// Returns the p-quantile, with linear interpolation (Hyndman & Fan 1996, type 7).
double sample_quantile(std::vector<double> values, double p);

}  // namespace gradzoo
