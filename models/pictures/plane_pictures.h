#pragma once

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/pictures/picture.h"

/// Pictures of models on 2-D toys. All functions except in_plane throw Error for a toy that is not in the
/// plane or has no known density.
namespace gradzoo {

/// The cells along each axis in a picture of a density.
inline constexpr int64_t kDensityCells = 160;

/// True if these pictures can be drawn: for a toy (null: none) of two dimensions with a known density.
bool in_plane(const Toy* toy);

/// Returns the rectangle in which the toy's density is above 1/500 of its maximum.
Box visible_box(const Toy& toy);

/// Draws points (n, 2) over the contours of the toy's density.
Plane samples_over_truth(const Toy& toy, const Tensor& points);

/// Draws true density | learned density | samples (n, 2) over the true contours; undefined samples are left
/// out. log_density: (B, 2) in `dtype` -> (B), unnormalised; quadrature normalises it over the toy's box.
Picture density_picture(std::string name, std::string caption, const Toy& truth, TensorFn log_density,
                        const Tensor& samples = {}, DType dtype = DType::f32);

/// Draws true score | learned score as arrows over the true contours, where the density is not negligible.
/// score: (B, 2) in `dtype` -> (B, 2). Without a true score (checkerboard) the left plane has only contours.
Picture score_picture(std::string name, std::string caption, const Toy& truth, TensorFn score,
                      DType dtype = DType::f32);

}  // namespace gradzoo
