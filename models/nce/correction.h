#pragma once

#include "models/nce/noise.h"
#include "models/pictures/picture.h"

/// Noise made into samples of a density f that it was told from: D / (1 - D) = e^(f - c) / (nu p_n), so what
/// D knows is the weight that corrects the noise.
namespace gradzoo {

/// Noise points drawn again with weights e^f / p_n, 50 for each sample: (n, d). log_density: (B, d) -> (B).
Tensor drawn_again(const Noise& noise, TensorFn log_density, int64_t n, Rng& rng);

/// Those of the points (m, d) that are kept, each with the probability w / max w, w = e^f / p_n (rejection).
Tensor kept_by_rejection(const Noise& noise, TensorFn log_density, const Tensor& points, Rng& rng);

/// Noise | noise kept by rejection | noise drawn again by its weights, over the toy's contours.
Picture corrected_picture(const Toy& toy, const Noise& noise, TensorFn log_density, Rng& rng);

}  // namespace gradzoo
