#pragma once

#include "gradzoo/datasets/dataset.h"

namespace gradzoo {

/// Shifts each image of x (B, pixels) by a uniform random integer of at most `most` pixels along each axis,
/// in either direction, and fills with black.
Tensor shifted(const Tensor& x, const DataShape& shape, int64_t most, Rng& rng);

}  // namespace gradzoo
