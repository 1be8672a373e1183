#pragma once

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/pictures/picture.h"

/// Pictures of models of numbers on a line, beside the truth. All but on_line throw Error for a toy that is
/// not on a line or has no known density.
namespace gradzoo {

/// Whether such pictures can be drawn: a toy (null if there is none) of one dimension with a known density.
bool on_line(const Toy* toy);

/// The learned density as bars, where the true one, a line over them, is above 1/500 of its maximum.
/// log_density: (B, 1) f32 -> (B), unnormalised: quadrature normalises it over the toy's box.
Picture line_density_picture(const Toy& truth, TensorFn log_density);

/// The learned score, (B, 1) f32 -> (B, 1), in the same way.
Picture line_score_picture(const Toy& truth, TensorFn score);

}  // namespace gradzoo
