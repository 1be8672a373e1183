#pragma once

#include "gradzoo/datasets/images/image_dataset.h"

namespace gradzoo {

/// The image of a set that is nearest to each query by Euclidean distance of grey pixels: queries (n,
/// numbers) in [0,1] -> (n, numbers). A sample that equals its neighbour was memorised.
Tensor nearest_images(const Tensor& queries, const Examples& images);

}  // namespace gradzoo
