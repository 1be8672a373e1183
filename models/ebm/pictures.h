#pragma once

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/models/ebm/ebm.h"
#include "gradzoo/models/networks/energy.h"
#include "gradzoo/models/pictures/picture.h"

namespace gradzoo {

/// Ends of chains x (n, size) as examples. Images, as as_examples has them, by Tweedie's formula: where f is
/// the log-density of data under Gaussian noise of standard deviation `noise`, E[data | x] = x + noise^2 grad
/// f(x). Points stay as they are.
Tensor ebm_examples(const EnergyNetwork& network, const Tensor& x, double noise, const DataShape& shape);

/// The learned density, samples over the truth's contours, and the truth, side by side: of a toy in two
/// dimensions.
Picture ebm_planes(const EnergyNetwork& network, const Toy& truth, const Tensor& samples);

/// Each row is one chain from noise, in ten columns at growing numbers of transitions, the last after
/// `steps`.
Picture ebm_chain_picture(const EnergyNetwork& network, const Target& target, const Tensor& start,
                          int64_t steps, EbmChains& chains, double noise, const DataShape& shape, Rng& rng);

/// The ends of chains, and under each its denoising.
Picture ebm_raw_and_denoised(const EnergyNetwork& network, const Tensor& x, double noise,
                             const DataShape& shape);

}  // namespace gradzoo
