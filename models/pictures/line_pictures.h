#pragma once

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/pictures/picture.h"

/// Pictures of models of one-dimensional data, next to the true distribution. All functions except on_line
/// throw Error for a toy that is not one-dimensional or has no known density.
namespace gradzoo {

/// True if these pictures can be drawn: for a toy (null: none) of one dimension with a known density.
bool on_line(const Toy* toy);

/// Draws the learned density as bars and the true density as a line, where the latter is above 1/500 of its
/// maximum. log_density: (B, 1) f32 -> (B), unnormalised; quadrature normalises it over the toy's box.
Picture line_density_picture(const Toy& truth, TensorFn log_density);

/// Draws the learned score, (B, 1) f32 -> (B, 1), in the same way.
Picture line_score_picture(const Toy& truth, TensorFn score);

}  // namespace gradzoo
