#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradzoo/datasets/dataset.h"
#include "gradzoo/models/pictures/picture.h"

/// Pictures of models with binary units.
namespace gradzoo {

/// Returns the shape of an example as a picture, (H, W) or (H, W, 3), for images and for a toy of patterns;
/// rank 0 for other data.
Shape tile_of(const DataShape& shape);

/// Draws the first hundred columns of weights (n, k) as images, each with its own scale: grey is 0, white is
/// the largest absolute weight, and black is its negative. In coloured images each colour has its own scale.
Picture filters_picture(const Tensor& weights, const Shape& tile, std::string name, std::string caption);

/// Returns a grid with one row per chain and one column per element of `steps`, each (chains, n).
ImageGrid chains_grid(std::span<const Tensor> steps, const Shape& tile);

/// Returns `count` numbers of transitions from 0 to `last`, which grow by about a constant factor.
std::vector<int64_t> growing_steps(int64_t last, int64_t count);

}  // namespace gradzoo
