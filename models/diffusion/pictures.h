#pragma once

#include "models/diffusion/diffusion.h"

/// What models along a path show of themselves, and what they say of a density.
namespace gradzoo {

/// Of images: samples from noise to digit, what lies between two of them, and the training images nearest to
/// some. Of points in the plane: where a hundred go, and the score at two levels beside the truth's.
std::vector<Picture> diffusion_pictures(const Diffusion& model, const DataShape& shape, const DataView& data);

/// KL and log Z in the plane, the density by the flow's divergence; at a path's end that has noise, of the
/// noisy data.
Quantities plane_density(const Diffusion& model, const Toy& toy);

/// Bits a dimension of some images of the bytes 0 ... 255, dequantised: -log2 p(x) / d + 8 for x in [0,1],
/// the divergence by one Rademacher probe a step (Hutchinson 1990; Grathwohl et al. 2019).
Quantities image_bits(const Diffusion& model, const DataView& data, int64_t count, const ShareDone& done);

}  // namespace gradzoo
