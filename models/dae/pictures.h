#pragma once

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/dataset.h"
#include "models/dae/dae.h"

namespace gradzoo {

/// Pictures of a denoiser.
struct DaeView {
  TensorFn r;
  TensorFn log_density;  // of tied weights
  FunctionRef<Tensor(const Tensor& x, Rng& rng)> noisy;
  const TiedDenoiser* tied;  // null with free weights
  std::string noise;         // in words
  double sigma;
  const DataShape& shape;
  const DenoisedSamples& samples;  // 40 images, or points; undefined of an autoencoder
};

/// Images: noisy, denoised and original rows; chains' ends raw and denoised; the tied weights as filters.
std::vector<Picture> dae_image_pictures(const DaeView& view, const DataView& data);
/// 2-D toys: score arrows and, for tied weights, the density beside the truth; noisy, denoised and original
/// points.
std::vector<Picture> dae_plane_pictures(const DaeView& view, const DataView& data);

}  // namespace gradzoo
