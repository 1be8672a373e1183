#pragma once

#include <vector>

#include "gradzoo/models/base/model.h"
#include "gradzoo/models/gan/gan.h"
#include "gradzoo/models/gan/networks.h"

namespace gradzoo {

/// Rows of ten, on arcs between two draws of z, under a label each: (10 rows, pixels).
Tensor images_between(const Generator& generator, int64_t rows, const Tensor& labels, Rng& rng);

/// For images: samples with their nearest training neighbours, and interpolations in z. For points in the
/// plane: samples beside true draws, and D over the plane unless it judges several points at once; scores
/// that are not logits are shown above their lowest value.
std::vector<Picture> gan_pictures(const Generator& generator, const Discriminator& discriminator,
                                  const GanLoss& loss, const DataShape& shape, const DataView& data);

}  // namespace gradzoo
