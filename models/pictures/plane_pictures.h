#pragma once

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/pictures/picture.h"

/// Pictures of models on 2-D toys. All but in_plane throw Error for a toy that is not in the plane or has no
/// known density.
namespace gradzoo {

/// Cells of a picture of a density along each axis.
inline constexpr int64_t kDensityCells = 160;

/// Whether such pictures can be drawn: a toy (null if there is none) of two dimensions with a known density.
bool in_plane(const Toy* toy);

/// The rectangle where the toy's density is above 1/500 of its maximum.
Box visible_box(const Toy& toy);

/// Points (n, 2) over the contours of the toy's density.
Plane samples_over_truth(const Toy& toy, const Tensor& points);

/// True density | learned density | samples (n, 2) over the truth's contours; the last is left out where
/// samples are undefined. log_density: (B, 2) -> (B), unnormalised (quadrature normalises it over the toy's
/// box), asked in `dtype`.
Picture density_picture(std::string name, std::string caption, const Toy& truth, TensorFn log_density,
                        const Tensor& samples = {}, DType dtype = DType::f32);

/// True score | learned score as arrows over the true contours, where the density is not negligible. score:
/// (B, 2) -> (B, 2), asked in `dtype`. A toy without a score (checkerboard) shows its contours alone on the
/// left.
Picture score_picture(std::string name, std::string caption, const Toy& truth, TensorFn score,
                      DType dtype = DType::f32);

}  // namespace gradzoo
