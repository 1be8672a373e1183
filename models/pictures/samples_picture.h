#pragma once

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/toys/toy.h"
#include "gradzoo/models/pictures/picture.h"

namespace gradzoo {

/// Draws samples of Model::sample: a grid of images, or points, over the contours of a known density.
Picture samples_picture(const Tensor& samples, const Toy* truth = nullptr);

}  // namespace gradzoo
