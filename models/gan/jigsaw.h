#pragma once

#include <string_view>

#include "gradzoo/autograd/random.h"
#include "gradzoo/datasets/dataset.h"

namespace gradzoo {

/// Images with their quarters exchanged, each by one of the 23 permutations other than the identity, drawn at
/// random: fakes made of parts of real images (Sinha et al. 2021, "Negative data augmentation"). x (n, H W C)
/// f32, not recorded.
Tensor jigsaw(const Tensor& x, const DataShape& shape, Rng& rng);

/// Throws Error, naming `option`, for points and for images whose sides are odd.
void check_quarters(std::string_view option, const DataShape& shape);

}  // namespace gradzoo
