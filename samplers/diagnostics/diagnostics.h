#pragma once

#include "autograd/tensor.h"

namespace gradzoo {

/// Effective sample size of all chains together: draws (chains, n), n >= 4. Geyer's initial monotone sequence
/// over the combined autocorrelations (Stan reference manual, "effective sample size"; Vehtari et al. 2021,
/// eq. 10). Draws that alternate can be worth more than their number N, at most N log10 N as in Stan. NaN
/// where nothing varies or something is not finite.
double effective_sample_size(const Tensor& draws);

/// Split R-hat: each chain cut in two halves, draws (chains, n), n >= 4 (Gelman et al. 2013, section 11.4). 1
/// where the chains agree; NaN where nothing varies.
double split_rhat(const Tensor& draws);

}  // namespace gradzoo
