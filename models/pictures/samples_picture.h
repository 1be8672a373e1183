#pragma once

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/pictures/picture.h"

namespace gradzoo {

/// Draws the result of Model::sample: a grid of images, or points over the contours of the true density if
/// it can be drawn.
Picture samples_picture(const Tensor& samples, const Toy* truth = nullptr);

}  // namespace gradzoo
