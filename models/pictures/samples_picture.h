#pragma once

#include "autograd/tensor.h"
#include "datasets/toys/toy.h"
#include "models/pictures/picture.h"

namespace gradzoo {

/// Samples as Model::sample gives them, as a picture: a grid of images, or points, over the contours of the
/// truth where that can be drawn.
Picture samples_picture(const Tensor& samples, const Toy* truth = nullptr);

}  // namespace gradzoo
