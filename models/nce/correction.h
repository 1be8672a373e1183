#pragma once

#include "gradzoo/models/nce/nce.h"
#include "gradzoo/models/pictures/picture.h"

/// Turns noise into samples of a density f that was learned against it: D / (1 - D) = e^(f - c) / (nu p_n)
/// is, up to a constant, the importance weight of a noise point.
namespace gradzoo {

/// Noise points resampled with weights e^f / p_n, 50 for each sample: (n, d). log_density: (B, d) -> (B).
Tensor drawn_again(const Noise& noise, TensorFn log_density, int64_t n, Rng& rng);

/// The points of (m, d) that rejection keeps, each with the probability w / max w, w = e^f / p_n.
Tensor kept_by_rejection(const Noise& noise, TensorFn log_density, const Tensor& points, Rng& rng);

/// Noise | noise kept by rejection | noise resampled by its weights, over the toy's contours.
Picture corrected_picture(const Toy& toy, const Noise& noise, TensorFn log_density, Rng& rng);

}  // namespace gradzoo
