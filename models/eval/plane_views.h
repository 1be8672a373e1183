#pragma once

#include <string>

#include "autograd/function_ref.h"
#include "datasets/toy.h"
#include "models/picture.h"

/// Planes of what a model knows of a toy in two dimensions, for Planes side by side.
namespace gradzoo {

/// exp(f) at the centres of a cells x cells grid over the box, scaled to integrate to 1 on it: f (B, 2) ->
/// (B), asked in `dtype`.
Plane density_plane(const std::string& title, const Box& box, TensorFn log_density, DType dtype = DType::f32,
                    int64_t cells = 160);
/// Points (n, 2), those beyond the box left out, over the contours of the truth (none where its density is
/// not known).
Plane samples_plane(const std::string& title, const Toy& truth, const Tensor& points);
/// A score as arrows on a regular grid of `arrows` x `arrows` tails over the box: score (B, 2) -> (B, 2).
Plane score_plane(const std::string& title, const Box& box, TensorFn score, DType dtype = DType::f32,
                  int64_t arrows = 20);
/// The density of the truth, where it is known.
Plane truth_plane(const Toy& truth);

}  // namespace gradzoo
