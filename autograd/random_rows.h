#pragma once

#include "gradzoo/autograd/random.h"

namespace gradzoo {

/// Rows of a draw of rand by their global indices, `rows` (n) i64: (n, cols).
Tensor rand_rows(const Tensor& rows, int64_t cols, Rng& rng, DType dtype = DType::f32);

}  // namespace gradzoo
