#pragma once

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/models/ebm/ebm.h"
#include "gradzoo/models/networks/energy.h"
#include "gradzoo/models/pictures/picture.h"

namespace gradzoo {

/// Returns the ends of chains x (n, size) as examples. Images are denoised by Tweedie's formula, E[data | x]
/// = x + noise^2 grad f(x), for the log-density f of data with Gaussian noise of standard deviation `noise`.
/// Points stay unchanged.
Tensor ebm_examples(const EnergyNetwork& network, const Tensor& x, double noise, const DataShape& shape);

/// Draws the learned density, samples over the true contours, and the true density of a 2-D toy.
Picture ebm_planes(const EnergyNetwork& network, const Toy& truth, const Tensor& samples);

/// Draws one row per chain from noise: ten columns at growing numbers of transitions, the last after
/// `steps`.
Picture ebm_chain_picture(const EnergyNetwork& network, const Target& target, const Tensor& start,
                          int64_t steps, EbmChains& chains, double noise, const DataShape& shape, Rng& rng);

/// Draws the ends of chains, each above its denoised version.
Picture ebm_raw_and_denoised(const EnergyNetwork& network, const Tensor& x, double noise,
                             const DataShape& shape);

}  // namespace gradzoo
