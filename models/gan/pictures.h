#pragma once

#include <vector>

#include "models/base/model.h"
#include "models/gan/losses.h"
#include "models/gan/networks.h"

namespace gradzoo {

/// Rows of ten, on arcs between two draws of z, under a label each: (10 rows, pixels).
Tensor images_between(const Generator& generator, int64_t rows, const Tensor& labels, Rng& rng);

/// Of images: samples with their nearest training neighbours, and walks through z. Of points in the plane:
/// samples beside true draws, and D over the plane unless it judges several at once: where it gives scores
/// that are no logits, their height above the lowest.
std::vector<Picture> gan_pictures(const Generator& generator, const Discriminator& discriminator,
                                  const GanLoss& loss, const DataShape& shape, const DataView& data);

}  // namespace gradzoo
