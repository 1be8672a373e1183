#pragma once

#include <vector>

#include "models/base/model.h"
#include "models/gan/losses.h"
#include "models/gan/networks.h"

namespace gradzoo {

/// Of images: samples with their nearest training neighbours, and walks through z. Of points in the plane:
/// samples beside true draws, and D over the plane unless it judges several at once: where it gives scores
/// that are no logits, their height above the lowest.
std::vector<Picture> gan_pictures(const Generator& generator, const Discriminator& discriminator,
                                  const GanLoss& loss, const DataShape& shape, const DataView& data);

}  // namespace gradzoo
