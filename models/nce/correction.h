#pragma once

#include "gradzoo/models/nce/nce.h"
#include "gradzoo/models/pictures/picture.h"

/// Samples of a density that was learned against noise, from that noise: D / (1 - D) = exp(f - c) / (nu p_n)
/// is, up to a constant, the importance weight of a noise point.
namespace gradzoo {

/// Draws n samples (n, d) with the method of `draws`. Throws Error for langevin if the noise is not a flow.
/// - energy: each sample is one of `pool` noise points, resampled by their weights;
/// - langevin: MALA on a flow's codes with the density N(z; 0, I) exp(log_weight(x(z))), in which all
///   directions have the same scale (Nijkamp et al. 2022; Che et al. 2020).
Tensor drawn_again(const Weighted& weighted, const ContrastDraws& draws, int64_t n, Rng& rng,
                   const ShareDone& done = {});

/// Returns those of the points (m, d) that rejection keeps, each with the probability w / max w.
Tensor kept_by_rejection(const Weighted& weighted, const Tensor& points, Rng& rng);

/// Draws noise | noise kept by rejection | noise resampled by its weights, over the toy's contours.
Picture corrected_picture(const Toy& toy, const Weighted& weighted, Rng& rng);

}  // namespace gradzoo
