#pragma once

#include "models/diffusion/diffusion.h"

/// Pictures of models along a path, and their densities.
namespace gradzoo {

/// Trajectories from noise to digit, interpolation between two noises, and nearest training images.
std::vector<Picture> diffusion_image_pictures(const Diffusion& model, const DataShape& shape,
                                              const DataView& data);
/// A hundred trajectories, and the score at two levels beside the true one.
std::vector<Picture> diffusion_plane_pictures(const Diffusion& model, const DataShape& shape,
                                              const DataView& data);

/// KL and log Z in the plane, the density by the flow's divergence; at a path's end that has noise, of the
/// noisy data.
Quantities plane_density(const Diffusion& model, const Toy& toy);

/// Bits a dimension of some images of the bytes 0 ... 255, dequantised: -log2 p(x) / d + 8 for x in [0,1],
/// the divergence by one Rademacher probe a step (Hutchinson 1990; Grathwohl et al. 2019).
Quantities image_bits(const Diffusion& model, const DataView& data, int64_t count, const ShareDone& done);

/// log p(x) in nats by the flow's divergence, in the data's own units: exact of points, by random probes of
/// images. The model must outlive it.
LogProb path_log_prob(const Diffusion& model, const DataShape& shape);

}  // namespace gradzoo
