#pragma once

#include <vector>

#include "models/base/model.h"
#include "models/networks/coupling_flow.h"

namespace gradzoo {

/// A row of ten for each pair of images, on straight lines between their z: (10 pairs, pixels).
Tensor images_between(const CouplingFlow& flow, const Tensor& ends);

/// What a flow on images shows of itself: rows between codes, and samples beside their neighbours.
std::vector<Picture> flow_image_pictures(const CouplingFlow& flow, const DataShape& shape,
                                         const DataView& data);

/// On a toy of the plane: the learned score, and where data go in the noise's space.
std::vector<Picture> flow_plane_pictures(const CouplingFlow& flow, const Toy& toy, uint64_t seed);

}  // namespace gradzoo
