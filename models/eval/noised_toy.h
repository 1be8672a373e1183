#pragma once

#include "models/eval/quadrature.h"

namespace gradzoo {

/// A toy with Gaussian noise on a grid: log density and score of p * N(0, noise^2 I).
struct NoisedToy {
  Grid grid;     ///< reaches 6 noise beyond the toy's box
  Tensor log_p;  ///< (count) f64, normalised on the grid
  Tensor score;  ///< (count, d) f64; 0 where p is 0; undefined where noise is 0 and the score is not known
};

/// By convolution on the grid, exact to rounding if the noise spans 2 cells or more. Throws Error if the
/// density is not known, if there are more than 2 dimensions, or if noise above 0 spans fewer cells.
NoisedToy noised_toy(const Toy& toy, double noise, int64_t cells = 400);

/// Its score at points x (n, d), bilinear between the grid's centres and beyond the outermost as at them: (n,
/// d) f64. Throws Error for points of another width and where the score is not known.
Tensor score_at(const NoisedToy& toy, const Tensor& x);

}  // namespace gradzoo
