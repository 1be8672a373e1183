#pragma once

#include <vector>

#include "gradzoo/models/base/model.h"
#include "gradzoo/models/gan/gan.h"
#include "gradzoo/models/gan/networks.h"
#include "models/networks/classes.h"

namespace gradzoo {

/// Rows of ten, between two draws of z, under a label each: (10 rows, pixels).
Tensor images_between(const Generator& generator, int64_t rows, const Tensor& labels, Rng& rng);

/// Samples with their nearest training neighbours, and interpolations in z.
std::vector<Picture> gan_image_pictures(const Generator& generator, const Classes& classes,
                                        const DataShape& shape, const DataView& data);
/// Samples beside true draws of the plane, and D over the plane unless it judges several points at once;
/// scores that are not logits are shown above their lowest value.
Picture gan_game(const Generator& generator, const Discriminator& discriminator, const GanLoss& loss,
                 const Toy& toy, uint64_t seed);

}  // namespace gradzoo
