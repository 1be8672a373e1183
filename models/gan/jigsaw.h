#pragma once

#include <string_view>

#include "gradzoo/autograd/random.h"
#include "gradzoo/datasets/dataset.h"

namespace gradzoo {

/// Permutes the quarters of each image at random, with one of the 23 permutations other than the identity.
/// The results are fakes made of parts of real images (Sinha et al. 2021, "Negative data augmentation"). x
/// (n, H W C) f32, not recorded.
Tensor jigsaw(const Tensor& x, const DataShape& shape, Rng& rng);

/// Throws Error, with the name `option`, for points and for images with odd sides.
void check_quarters(std::string_view option, const DataShape& shape);

}  // namespace gradzoo
