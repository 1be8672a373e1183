#pragma once

#include <vector>

#include "gradzoo/models/base/model.h"
#include "gradzoo/models/networks/coupling_flow.h"

namespace gradzoo {

/// Returns ten images per pair of images, on straight lines between their z: (10 pairs, pixels).
Tensor images_between(const CouplingFlow& flow, const Tensor& ends);

/// Draws interpolations between codes, and samples of images with their nearest training images.
std::vector<Picture> flow_image_pictures(const CouplingFlow& flow, const DataShape& shape,
                                         const DataView& data);

/// Draws the learned score, and the codes of data, for a toy in the plane.
std::vector<Picture> flow_plane_pictures(const CouplingFlow& flow, const Toy& toy, uint64_t seed);

}  // namespace gradzoo
