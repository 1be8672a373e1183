#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/models/pictures/picture.h"

/// Pictures of binary units.
namespace gradzoo {

/// The shape of an example as a picture, (H, W) or (H, W, 3), for images and for a toy of patterns; rank 0
/// for other data.
Shape tile_of(const DataShape& shape);

/// The first hundred columns of weights (n, k) as images, each with its own scale: grey is 0, white its
/// largest weight's size, black minus that; of coloured images each colour by itself.
Picture filters_picture(const Tensor& weights, const Shape& tile, std::string name, std::string caption);

/// Each row one chain, columns in the order of `steps`, (chains, n) each.
ImageGrid chains_grid(std::span<const Tensor> steps, const Shape& tile);

/// `count` numbers of transitions from 0 to `last`, which grow by about a constant factor.
std::vector<int64_t> growing_steps(int64_t last, int64_t count);

}  // namespace gradzoo
