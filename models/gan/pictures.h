#pragma once

#include <vector>

#include "gradzoo/models/base/model.h"
#include "gradzoo/models/gan/gan.h"
#include "gradzoo/models/gan/networks.h"
#include "models/networks/classes.h"

namespace gradzoo {

/// Returns rows of ten images between two draws of z, with one label per row: (10 rows, pixels).
Tensor images_between(const Generator& generator, int64_t rows, const Tensor& labels, Rng& rng);

/// Draws samples with their nearest training neighbours, and interpolations in z.
std::vector<Picture> gan_image_pictures(const Generator& generator, const Classes& classes,
                                        const DataShape& shape, const DataView& data);
/// Draws samples and true draws in the plane, and D over the plane unless it scores several points together;
/// scores that are not logits are shown relative to their lowest value.
Picture gan_game(const Generator& generator, const Discriminator& discriminator, const GanLoss& loss,
                 const Toy& toy, uint64_t seed);

}  // namespace gradzoo
