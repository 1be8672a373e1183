#pragma once

#include "gradzoo/autograd/tensor.h"
#include "gradzoo/datasets/dataset.h"
#include "models/dae/dae.h"

namespace gradzoo {

/// The functions and settings of a denoiser for its pictures.
struct DaeView {
  TensorFn r;
  TensorFn log_density;  // for tied weights
  FunctionRef<Tensor(const Tensor& x, Rng& rng)> noisy;
  const TiedDenoiser* tied;  // null with free weights
  std::string noise;         // noise in words
  double sigma;
  const DataShape& shape;
  const DenoisedSamples& samples;  // 40 images, or points; undefined for a plain autoencoder
};

/// Draws noisy, denoised and original images; raw and denoised ends of chains; tied weights as filters.
std::vector<Picture> dae_image_pictures(const DaeView& view, const DataView& data);
/// Draws scores; for tied weights the densities; and noisy, denoised and original points of a 2-D toy.
std::vector<Picture> dae_plane_pictures(const DaeView& view, const DataView& data);

}  // namespace gradzoo
