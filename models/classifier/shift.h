#pragma once

#include "datasets/dataset.h"

namespace gradzoo {

/// Each image of x (B, pixels) moved by up to `most` pixels along each axis, either way, whole pixels, all as
/// likely; black comes in.
Tensor shifted(const Tensor& x, const DataShape& shape, int64_t most, Rng& rng);

}  // namespace gradzoo
