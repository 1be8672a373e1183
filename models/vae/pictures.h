#pragma once

#include <vector>

#include "gradzoo/models/base/description.h"
#include "gradzoo/models/vae/eval.h"
#include "gradzoo/models/vae/network.h"
#include "gradzoo/models/vae/prior.h"

namespace gradzoo {

/// Returns ten images per pair of examples, on straight lines between their codes: (10 pairs, pixels).
Tensor images_between(const VaeNetwork& network, const Batch& ends);

/// Draws reconstructions, interpolations, nearest training neighbours of samples, KL by latent dimension,
/// and with two latent dimensions the manifold and the test images' codes by label.
std::vector<Picture> vae_pictures(const VaeNetwork& network, const VaePrior& prior, Pixels pixels,
                                  const DataShape& shape, const DataView& data);

/// Draws the pictures for points: their codes if there are one or two code dimensions, decoded codes next to
/// the true distribution, the learned density in the plane, and KL by latent dimension.
std::vector<Picture> vae_point_pictures(const VaeNetwork& network, const VaePrior& prior, Prior which,
                                        const DataShape& shape, const DataView& data);

/// Draws KL(q(z|x) || N(0, I)) of each latent dimension.
Picture kl_by_dimension_picture(const VaeBound& bound);

}  // namespace gradzoo
