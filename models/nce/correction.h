#pragma once

#include "gradzoo/models/nce/nce.h"
#include "gradzoo/models/pictures/picture.h"

/// Turns noise into samples of a density that was learned against it: D / (1 - D) = e^(f - c) / (nu p_n) is,
/// up to a constant, the importance weight of a noise point.
namespace gradzoo {

/// n samples (n, d) as `draws` has them. Throws Error where codes are to walk and the noise is no flow.
/// - energy: of `pool` noise points for each, resampled by their weights;
/// - langevin: a flow's codes walk by MALA on N(z; 0, I) e^(log_weight(x(z))), in which all directions are of
///   one scale (Nijkamp et al. 2022; Che et al. 2020).
Tensor drawn_again(const Weighted& weighted, const ContrastDraws& draws, int64_t n, Rng& rng,
                   const ShareDone& done = {});

/// The points of (m, d) that rejection keeps, each with the probability w / max w.
Tensor kept_by_rejection(const Weighted& weighted, const Tensor& points, Rng& rng);

/// Noise | noise kept by rejection | noise resampled by its weights, over the toy's contours.
Picture corrected_picture(const Toy& toy, const Weighted& weighted, Rng& rng);

}  // namespace gradzoo
