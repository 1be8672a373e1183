#pragma once

#include "models/diffusion/diffusion.h"

/// Pictures of models along a path, and their densities.
namespace gradzoo {

/// Draws trajectories from noise to digits, interpolations between two noises, and nearest training images.
std::vector<Picture> diffusion_image_pictures(const Diffusion& model, const DataShape& shape,
                                              const DataView& data);
/// Draws a hundred trajectories, and the learned and the true score at two levels.
std::vector<Picture> diffusion_plane_pictures(const Diffusion& model, const DataShape& shape,
                                              const DataView& data);

/// Returns KL and log Z in the plane, with the density from the flow's divergence; if the path ends with
/// noise, for the noisy data.
Quantities plane_density(const Diffusion& model, const Toy& toy);

/// Returns the bits per dimension of `count` dequantised images, -log2 p(x) / d + 8 for x in [0,1], with the
/// divergence from one Rademacher probe per step (Hutchinson 1990; Grathwohl et al. 2019).
Quantities image_bits(const Diffusion& model, const DataView& data, int64_t count, const ShareDone& done);

/// Returns log p(x) in nats from the flow's divergence, in the data's units: exact for points, from random
/// probes for images. The model must outlive it.
LogProb path_log_prob(const Diffusion& model, const DataShape& shape);

}  // namespace gradzoo
