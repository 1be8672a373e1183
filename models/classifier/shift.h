#pragma once

#include "gradzoo/datasets/dataset.h"

namespace gradzoo {

/// Shifts each image of x (B, pixels) by a uniform whole number of up to `most` pixels along each axis, in
/// both directions; black fills in.
Tensor shifted(const Tensor& x, const DataShape& shape, int64_t most, Rng& rng);

}  // namespace gradzoo
