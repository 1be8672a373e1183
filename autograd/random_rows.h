#pragma once

#include "gradzoo/autograd/random.h"

namespace gradzoo {

/// Returns rows of one draw of rand(), selected by their global indices `rows` (n) i64: (n, cols).
Tensor rand_rows(const Tensor& rows, int64_t cols, Rng& rng, DType dtype = DType::f32);

}  // namespace gradzoo
